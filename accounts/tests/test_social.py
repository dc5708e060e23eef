"""Sign-in by a provider and linked accounts, both flavours, against an OpenID Connect server of our own."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.identity.providers import is_true
from accounts.models import SocialState, User
from accounts.tests import oidc
from accounts.tests.helpers import bearer, code_for, new_mail, post
from accounts.tests.social import CALLBACK, NINA, way
from conftest import PASSWORD, token_client

pytestmark = pytest.mark.django_db

STATE_INVALID = {"state": ["The state is invalid or has expired."]}
both = pytest.mark.parametrize("flavour", ["app", "web"])


def sign_in(flavour: str = "app", client: APIClient | None = None, **body: Any) -> Any:
    client = client or APIClient()
    return post(f"auth/{flavour}/social/oidc/callback", {**way(flavour, client), **body}, client)


def link(client: APIClient, flavour: str = "app") -> Any:
    return post(f"auth/{flavour}/social/oidc/link/callback", way(flavour, client, link=True), client)


@both
def test_an_unknown_person_gets_an_account(provider: oidc.OidcServer, flavour: str) -> None:
    client = APIClient()
    answer = sign_in(flavour, client, device_name="Phone")
    assert answer.status_code == 200, answer.json()
    user = User.objects.get()
    assert answer.json()["user"] == {"id": user.pk, "name": "Nina", "email": "nina@example.com"}
    me = (client if flavour == "web" else bearer(answer.json()["access_token"])).get("/api/v1/me").json()
    assert me["email_verified_at"] and me["avatar_url"] == NINA["picture"] and me["has_password"] is False


@both
def test_the_same_person_comes_back_to_the_same_account(provider: oidc.OidcServer, flavour: str) -> None:
    sign_in(flavour)
    provider.person["email"] = "moved@example.com"  # the subject counts, not the address
    assert sign_in(flavour).json()["user"]["email"] == "nina@example.com"
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)


def test_the_way_there_has_a_state_and_a_pkce_challenge_and_no_secret(provider: oidc.OidcServer) -> None:
    url = post("auth/app/social/oidc/redirect", {}).json()["redirect_url"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{provider.issuer}/authorize?")
    assert query["redirect_uri"] == CALLBACK
    assert query["code_challenge_method"] == "S256" and len(query["code_challenge"]) == 43
    state = SocialState.objects.get()
    assert state.verifier not in url and query["state"] not in str(state.__dict__)
    assert oidc.CLIENT_SECRET not in url


@both
@pytest.mark.parametrize("name", ["nope", "google", "openid_connect", "%20", "x" * 300])
def test_an_unknown_or_unconfigured_provider_is_refused(owner: User, name: str, flavour: str) -> None:
    mine = token_client(owner)
    for path in ("redirect", "callback", "link", "link/callback"):
        answer = post(f"auth/{flavour}/social/{name}/{path}", {"code": "x", "state": "y"}, mine)
        assert answer.status_code == 422
        assert answer.json()["errors"] == {"provider": ["The selected provider is invalid."]}


@both
@pytest.mark.parametrize("state", [None, "", "forged"])
def test_a_missing_or_forged_state_is_refused(provider: oidc.OidcServer, flavour: str, state: str | None) -> None:
    answer = sign_in(flavour, state=state)
    assert (answer.status_code, answer.json()["errors"]) == (422, STATE_INVALID)
    assert not User.objects.exists()


@both
def test_a_state_works_once(provider: oidc.OidcServer, flavour: str) -> None:
    client = APIClient()
    first = way(flavour, client)
    assert post(f"auth/{flavour}/social/oidc/callback", first, client).status_code == 200
    replayed = {**way(flavour, client), "state": first["state"]}
    assert post(f"auth/{flavour}/social/oidc/callback", replayed, client).json()["errors"] == STATE_INVALID


def test_a_state_of_another_browser_is_refused(provider: oidc.OidcServer) -> None:
    """An attacker who hands his own way back to a victim does not get the victim into the attacker's account."""
    attackers = way("web", APIClient())
    victim = APIClient()
    way("web", victim)
    for browser in (victim, APIClient()):
        assert post("auth/web/social/oidc/callback", attackers, browser).json()["errors"] == STATE_INVALID


def test_two_tabs_of_one_browser_do_not_end_each_others_way(provider: oidc.OidcServer) -> None:
    browser = APIClient()
    tabs = [way("web", browser), way("web", browser)]
    assert [post("auth/web/social/oidc/callback", tab, browser).status_code for tab in tabs] == [200, 200]


def test_the_browsers_cookie_is_for_this_way_alone(provider: oidc.OidcServer, settings: LazySettings) -> None:
    settings.HTTPS = True
    cookie = post("auth/web/social/oidc/redirect", {}).cookies["rosetta_social"]
    assert cookie["httponly"] and cookie["secure"]
    assert (cookie["samesite"], cookie["path"]) == ("Lax", "/api/v1/auth/web/social")


@pytest.mark.parametrize(("there", "back"), [("app", "web"), ("web", "app")])
def test_a_state_of_the_other_flavour_is_refused(provider: oidc.OidcServer, there: str, back: str) -> None:
    client = APIClient()
    assert post(f"auth/{back}/social/oidc/callback", way(there, client), client).json()["errors"] == STATE_INVALID


def test_a_state_lives_ten_minutes(provider: oidc.OidcServer) -> None:
    body = way("app")
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert post("auth/app/social/oidc/callback", body).json()["errors"] == STATE_INVALID


def test_a_code_without_its_verifier_is_refused(provider: oidc.OidcServer) -> None:
    """A code caught on its way is of no use without the verifier, which only the way's own state brings back."""
    form = {"code": way("app")["code"], "client_id": oidc.CLIENT_ID, "client_secret": oidc.CLIENT_SECRET}
    assert provider.token({**form, "redirect_uri": CALLBACK}) is None


def test_a_code_with_the_verifier_of_another_way_is_refused(provider: oidc.OidcServer) -> None:
    caught = way("app")
    answer = post("auth/app/social/oidc/callback", {**way("app"), "code": caught["code"]})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"code": ["The authorization code is invalid or has expired."]}


def test_userinfo_of_another_than_the_id_token_is_refused(provider: oidc.OidcServer) -> None:
    provider.stranger = {"sub": "somebody-else"}
    answer = sign_in()
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["code"])
    assert not User.objects.exists()


@pytest.mark.parametrize("code", ["", None, "nonsense", "x" * 5000])
def test_a_code_that_is_none_is_refused(provider: oidc.OidcServer, code: str | None) -> None:
    answer = sign_in(code=code)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["code"])


@both
def test_apps_may_omit_the_state_where_that_is_switched_on(
    provider: oidc.OidcServer, settings: LazySettings, flavour: str
) -> None:
    settings.SOCIAL_APP_STATELESS = True
    client = APIClient()
    body = way(flavour, client)
    answer = post(f"auth/{flavour}/social/oidc/callback", {"code": body["code"]}, client)
    assert answer.status_code == (200 if flavour == "app" else 422)
    assert post("auth/app/social/oidc/callback", {**way("app"), "state": "forged"}).json()["errors"] == STATE_INVALID


@both
def test_a_provider_that_is_away_is_a_503(provider: oidc.OidcServer, flavour: str) -> None:
    provider.is_down = True
    assert post(f"auth/{flavour}/social/oidc/redirect", {}).status_code == 503


def test_a_verified_address_joins_the_account_that_has_it(provider: oidc.OidcServer, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email_verified_at=timezone.now())
    phone = token_client(owner)
    provider.person["email"] = "OLIVIA@example.com"
    assert sign_in().json()["user"]["id"] == owner.pk
    assert phone.get("/api/v1/me").json()["has_password"] is True


@pytest.mark.parametrize("verified", [False, None, "false", "no", 0, ...])
def test_an_unverified_address_does_not(provider: oidc.OidcServer, owner: User, verified: object) -> None:
    provider.person["email"] = owner.email
    provider.person["email_verified"] = verified
    if verified is ...:
        del provider.person["email_verified"]
    answer = sign_in()
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["email"])
    assert not SocialAccount.objects.exists()


def test_an_unverified_address_that_nobody_has_makes_an_unverified_account(provider: oidc.OidcServer) -> None:
    provider.person["email_verified"] = False
    assert sign_in().status_code == 200
    assert User.objects.get().email_verified_at is None
    assert new_mail()[0].to == ["nina@example.com"]


@pytest.mark.parametrize("subject", [None, True, False, "", " ", [], {}, ["nina-1"], "x" * 192, "nul\0"])
def test_who_has_no_subject_is_nobody(provider: oidc.OidcServer, subject: object) -> None:
    """Two people without one would share an account."""
    provider.person["sub"] = subject
    answer = sign_in()
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["code"])
    assert not User.objects.exists()


def test_a_number_is_a_subject(provider: oidc.OidcServer) -> None:
    provider.person["sub"] = 7
    assert sign_in().status_code == 200
    assert SocialAccount.objects.get().uid == "7"


def test_no_address_at_all_is_refused(provider: oidc.OidcServer) -> None:
    provider.person = {"sub": "s-1", "name": "Nobody"}
    answer = sign_in()
    assert answer.json()["errors"] == {"email": ["The provider gave no email address."]}


def test_a_provider_that_vouches_takes_a_planted_account_from_its_planter(provider: oidc.OidcServer) -> None:
    planted = {"name": "x", "email": "nina@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    attacker = bearer(post("auth/app/register", planted).json()["access_token"])
    provider.person = {"sub": "attacker", "email": "attacker@example.com", "email_verified": True}
    assert link(attacker).status_code == 200
    provider.person = dict(NINA)
    assert sign_in().status_code == 200
    assert attacker.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", planted).status_code == 422
    assert list(SocialAccount.objects.values_list("uid", flat=True)) == ["nina-1"]


def test_an_account_made_unverified_is_proven_by_its_own_provider_later(provider: oidc.OidcServer) -> None:
    provider.person["email_verified"] = False
    sign_in()
    provider.person["email_verified"] = True
    assert sign_in().status_code == 200
    assert User.objects.get().email_verified_at is not None
    assert SocialAccount.objects.count() == 1


@both
def test_an_inactive_account_is_told_so(provider: oidc.OidcServer, flavour: str) -> None:
    sign_in()
    User.objects.update(is_active=False)
    answer = sign_in(flavour)
    assert (answer.status_code, answer.json()) == (403, {"message": "Account is inactive."})


@both
def test_accounts_are_linked_listed_and_unlinked(provider: oidc.OidcServer, as_owner: APIClient, flavour: str) -> None:
    answer = link(as_owner, flavour)
    account = {"provider": "oidc", "provider_email": "nina@example.com", "name": "Nina"}
    row = SocialAccount.objects.get()
    assert answer.json() == {
        "account": {"id": row.pk, **account},
        "message": "Social account linked successfully.",
    }
    (listed,) = as_owner.get(f"/api/v1/auth/{flavour}/social/accounts").json()["accounts"]
    assert listed.pop("created_at").endswith("Z")
    assert listed == {"id": row.pk, **account, "avatar": NINA["picture"]}
    assert sign_in().json()["user"]["name"] == "Olivia"
    gone = as_owner.delete(f"/api/v1/auth/{flavour}/social/oidc/unlink")
    assert (gone.status_code, gone.json()) == (200, {"message": "Social account unlinked successfully."})
    assert as_owner.get(f"/api/v1/auth/{flavour}/social/accounts").json() == {"accounts": []}


@both
def test_what_is_linked_is_not_linked_again(
    provider: oidc.OidcServer, as_owner: APIClient, as_outsider: APIClient, flavour: str
) -> None:
    link(as_owner)
    again, elsewhere = link(as_owner, flavour), link(as_outsider, flavour)
    assert (again.status_code, elsewhere.status_code) == (422, 422)
    assert again.json() == {"message": "This social account is already linked to your account."}
    assert elsewhere.json() == {"message": "This social account is already linked to another user."}


@both
def test_one_persons_way_does_not_link_to_another(
    provider: oidc.OidcServer, as_owner: APIClient, as_outsider: APIClient, flavour: str
) -> None:
    body = way(flavour, as_outsider, link=True)
    path = f"auth/{flavour}/social/oidc/"
    assert post(f"{path}link/callback", body, as_owner).json()["errors"] == STATE_INVALID
    assert post(f"{path}callback", body, as_outsider).json()["errors"] == STATE_INVALID
    assert post(f"{path}link/callback", way(flavour), as_owner).json()["errors"] == STATE_INVALID


@both
def test_the_last_way_in_stays(provider: oidc.OidcServer, flavour: str) -> None:
    mine = bearer(sign_in().json()["access_token"])
    answer = mine.delete(f"/api/v1/auth/{flavour}/social/oidc/unlink")
    assert answer.status_code == 422
    told = "Cannot unlink the last authentication method. Please set a password first."
    assert answer.json() == {"message": told}
    post("auth/app/otp/verify", {"email": "nina@example.com", "token": code_for("nina@example.com")})
    assert mine.delete(f"/api/v1/auth/{flavour}/social/oidc/unlink").status_code == 422  # a code does not count


@both
@pytest.mark.parametrize("name", ["oidc", "google", "nope"])
def test_what_is_not_linked_cannot_be_unlinked(as_owner: APIClient, flavour: str, name: str) -> None:
    answer = as_owner.delete(f"/api/v1/auth/{flavour}/social/{name}/unlink")
    assert (answer.status_code, answer.json()) == (404, {"message": "Social account not found."})


@both
def test_linking_is_for_who_is_signed_in(flavour: str) -> None:
    nobody = APIClient()
    for path in ("link", "link/callback"):
        assert post(f"auth/{flavour}/social/oidc/{path}", {"code": "x"}, nobody).status_code == 401
    assert nobody.get(f"/api/v1/auth/{flavour}/social/accounts").status_code == 401
    assert nobody.delete(f"/api/v1/auth/{flavour}/social/oidc/unlink").status_code == 401


@pytest.mark.parametrize("path", ["redirect", "callback"])
def test_a_foreign_page_may_not_sign_in_by_a_provider(provider: oidc.OidcServer, path: str) -> None:
    assert post(f"auth/web/social/oidc/{path}", {"code": "x"}, Origin="https://evil.example").status_code == 403


def test_no_token_of_the_provider_is_kept(provider: oidc.OidcServer) -> None:
    sign_in()
    assert set(SocialAccount.objects.get().extra_data) == {"email", "name", "avatar"}
    assert not any(token in str(SocialAccount.objects.get().__dict__) for token in provider.access_tokens)


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("google", "accounts.google.com"),
        ("github", "github.com"),
        ("microsoft", "login.microsoftonline.com"),
        ("line", "access.line.me"),
        ("apple", "appleid.apple.com"),
    ],
)
def test_every_provider_sends_people_to_its_own_site(settings: LazySettings, name: str, host: str) -> None:
    settings.SOCIAL_CALLBACK_URL = "https://chat.example/auth/{provider}/callback"
    app = {"client_id": "abc", "secret": "s3cret"}
    own = settings.SOCIALACCOUNT_PROVIDERS[name]
    settings.SOCIALACCOUNT_PROVIDERS = {**settings.SOCIALACCOUNT_PROVIDERS, name: {**own, "APPS": [app]}}
    url = urlsplit(post(f"auth/app/social/{name}/redirect", {}).json()["redirect_url"])
    query = parse_qs(url.query)
    assert (url.scheme, url.hostname) == ("https", host)
    assert query["redirect_uri"] == [f"https://chat.example/auth/{name}/callback"]
    assert query["state"] and query["code_challenge"] and "s3cret" not in url.query


@pytest.mark.parametrize(
    ("claim", "means"), [(True, True), ("true", True), ("false", False), (1, False), (None, False)]
)
def test_only_a_yes_is_a_yes(claim: object, means: bool) -> None:
    assert is_true(claim) is means
