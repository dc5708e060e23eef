"""The examples of docs/authentication.md, run as they stand against a live server."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.tests.helpers import code_in, link_in, new_mail
from accounts.tests.oidc import OidcServer
from accounts.tests.social import at_provider
from conftest import PASSWORD, make_user, token_client

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

PAGE = (settings.BASE_DIR / "docs" / "authentication.md").read_text(encoding="utf-8")
SHELL = {
    name: text
    for text in re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    for name in re.findall(r"^# test: (\w+)", text, re.M)
}
SCRIPT = re.findall(r"```js\n(.*?)```", PAGE, re.S)
DOCUMENTED = "a long sentence"


def sh(example: str, base: str, **variables: str) -> list[dict[str, Any]]:
    """Run a shell example; the JSON answers that it printed."""
    run = subprocess.run(
        ["sh", "-euc", example],
        env={"PATH": "/usr/bin:/bin", "BASE": base, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    decoder, rest, answers = json.JSONDecoder(), run.stdout.strip(), []
    while rest:
        answer, end = decoder.raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].strip()
    return answers


def nina() -> User:
    return User.objects.create_user("nina@example.com", DOCUMENTED, name="Nina")


def test_every_shell_example_is_run_below() -> None:
    assert set(SHELL) == {"register", "login", "code", "reset", "provider", "tokens", "leaving"}
    # The second one is run on another site by web/tests/test_other_site.py.
    assert len(SCRIPT) == 2


def test_the_register_example(live_server: LiveServer) -> None:
    (answer,) = sh(SHELL["register"], live_server.url)
    assert set(answer) == {"access_token", "token_type", "user"}
    assert User.objects.get().preferred_language == "ja"


def test_the_login_example(live_server: LiveServer) -> None:
    nina()
    me, changed, done = sh(SHELL["login"], live_server.url)
    assert (me["email"], changed["preferred_language"]) == ("nina@example.com", "th")
    assert done == {"message": "Logged out successfully."}


def test_the_code_example(live_server: LiveServer) -> None:
    asked, verified = SHELL["code"].split("# The mail says: 123456\n")
    assert sh(asked, live_server.url) == [{"message": "OTP sent to your email."}]
    code = code_in(new_mail()[0])
    (answer,) = sh(verified.replace("123456", code), live_server.url)
    assert answer["user"]["name"] == "nina"


def test_the_reset_example(live_server: LiveServer) -> None:
    nina()
    asked, reset = re.split(r"# The mail's link: .*\n", SHELL["reset"])
    assert sh(asked, live_server.url) == [{"message": "Password reset link sent to your email."}]
    token = re.findall(r"token=([^&]+)&", link_in(new_mail()[0]))[0]
    done = sh(reset.replace("abc-123", token), live_server.url)
    assert done == [{"message": "Password has been reset successfully."}]


def test_the_provider_example(live_server: LiveServer, provider: OidcServer) -> None:
    asked, finished = re.split(r"# The provider led back .*\n", SHELL["provider"])
    (answer,) = sh(asked, live_server.url)
    back = at_provider(answer["redirect_url"])
    (answer,) = sh(finished.replace("4-0Afj", back["code"]).replace("xyz123", back["state"]), live_server.url)
    assert answer["user"]["name"] == "Nina"


def test_the_leaving_example(live_server: LiveServer) -> None:
    client = token_client(nina())
    bearer = client._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    asked, followed = sh(SHELL["leaving"], live_server.url, TOKEN=bearer)
    assert asked == followed
    assert User.objects.get().name == "Deleted user"


def test_the_tokens_example(live_server: LiveServer) -> None:
    client = token_client(make_user("Olivia"))
    bearer = client._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    made, tokens, sessions = sh(SHELL["tokens"], live_server.url, TOKEN=bearer)
    assert made["data"]["abilities"] == ["automation:messages"]
    assert [row["name"] for row in tokens["data"]] == ["nightly report", "test"]
    assert sessions["data"] == []


# What a page has and node has not: a jar of cookies.
BROWSER = """
const jar = {};
globalThis.document = { get cookie() { return Object.entries(jar).map(([k, v]) => `${k}=${v}`).join("; "); } };
const plain = globalThis.fetch;
globalThis.fetch = async (url, options) => {
  const headers = { ...options.headers, Cookie: document.cookie, Origin: ORIGIN };
  const response = await plain(url, { ...options, headers });
  for (const line of response.headers.getSetCookie()) {
    const [pair] = line.split(";");
    jar[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
  }
  return response;
};
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: the JavaScript example is not run")
def test_the_javascript_example(live_server: LiveServer, settings: LazySettings, tmp_path: Path) -> None:
    nina()
    settings.ALLOWED_ORIGINS = frozenset([live_server.url])
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    program = tmp_path / "example.mjs"
    example = SCRIPT[0].replace("http://127.0.0.1:8000", live_server.url)
    program.write_text(f"const ORIGIN = {json.dumps(live_server.url)};\n{BROWSER}\n{example}", encoding="utf-8")
    run = subprocess.run([str(shutil.which("node")), str(program)], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n")[:2] == ["Nina", "Nina K."]
    assert PASSWORD not in run.stdout
