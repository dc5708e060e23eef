"""Staff in admin: every page opens, and what they change goes through the same actions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from rosetta.ids import new_ulid
from translation import actions
from translation.models import GlossaryTerm, MemoryEntry, TranslationPolicy
from translation.service import Job, translate_batch
from translation.tests import servers

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("staff@example.com", "x", name="Staff"))
    return client


@pytest.fixture
def filled(scope: str, libre: servers.Service) -> str:
    translate_batch([Job(None, scope, "The cat sat", "en", "ja")])
    actions.add_term(scope_id=scope, term="ticket", rendering="チケット", target="ja")
    return scope


@pytest.mark.parametrize("model", ["memoryentry", "glossaryterm", "translationpolicy", "usage", "enginestate"])
def test_every_list_opens(staff: Client, filled: str, model: str) -> None:
    answer = staff.get(reverse(f"admin:translation_{model}_changelist"), {"q": "x"} if model != "enginestate" else {})
    assert answer.status_code == 200


def test_the_engines_page_shows_health_and_cost(staff: Client, filled: str) -> None:
    page = staff.get(reverse("admin:translation_enginestate_changelist")).content.decode()
    assert "libretranslate" in page
    assert "working" in page


def test_a_term_is_added_changed_and_removed(staff: Client, scope: str) -> None:
    values = {"scope_id": scope, "term": "Blue Whale", "rendering": "", "source": "", "target": ""}
    assert staff.post(reverse("admin:translation_glossaryterm_add"), values).status_code == 302
    term = GlossaryTerm.objects.get()
    assert TranslationPolicy.objects.get().glossary_version == 1
    change = reverse("admin:translation_glossaryterm_change", args=[term.pk])
    assert staff.get(change).status_code == 200
    assert staff.post(change, {**values, "rendering": "青い鯨", "target": "ja"}).status_code == 302
    assert GlossaryTerm.objects.get().rendering == "青い鯨"
    assert (
        staff.post(reverse("admin:translation_glossaryterm_delete", args=[term.pk]), {"post": "yes"}).status_code == 302
    )
    assert TranslationPolicy.objects.get().glossary_version == 3


def test_an_invalid_term_is_an_error_on_its_field(staff: Client, scope: str) -> None:
    values = {"scope_id": scope, "term": "x", "rendering": "", "source": "tlh", "target": ""}
    answer = staff.post(reverse("admin:translation_glossaryterm_add"), values)
    assert answer.status_code == 200
    assert not GlossaryTerm.objects.exists()


def test_a_memory_is_exported_and_imported(staff: Client, filled: str) -> None:
    export, scope = reverse("admin:translation_memoryentry_export_tmx"), {"scope_id": filled}
    assert staff.get(export).status_code == 200
    assert staff.post(export, {**scope, "reason": "why"}).context["form"].errors
    assert not AuditEntry.objects.filter(action="export memory").exists()
    exported = staff.post(export, {**scope, "reason": "They take it elsewhere"})
    assert AuditEntry.objects.get(action="export memory").detail["reason"] == "They take it elsewhere"
    assert exported["Content-Type"] == "application/x-tmx+xml"
    other = new_ulid()
    page = staff.get(reverse("admin:translation_memoryentry_changelist")).content.decode()
    path = reverse("admin:translation_memoryentry_import_tmx")
    assert path in page
    assert staff.get(path).status_code == 200
    answer = staff.post(path, {"scope_id": other, "file": SimpleUploadedFile("m.tmx", exported.content)})
    assert answer.status_code == 302
    assert MemoryEntry.objects.filter(scope_id=other).count() == 1
    refused = staff.post(path, {"scope_id": other, "file": SimpleUploadedFile("m.tmx", b"nonsense")})
    assert "not a TMX file" in refused.content.decode()


def test_memory_texts_are_shown_only_with_a_reason(staff: Client, filled: str) -> None:
    entry = MemoryEntry.objects.get()
    for name, args in (("changelist", []), ("change", [entry.pk]), ("read", [entry.pk])):
        shown = staff.get(reverse(f"admin:translation_memoryentry_{name}", args=args))
        assert (shown.status_code, "The cat sat" in shown.content.decode()) == (200, False)
    told = staff.post(reverse("admin:translation_memoryentry_read", args=[entry.pk]), {"reason": "A wrong word in it"})
    assert "The cat sat" in told.content.decode()
    assert AuditEntry.objects.get(action="read memory").target_id == str(entry.pk)


def test_a_glossary_is_exported_and_imported(staff: Client, filled: str) -> None:
    selected = {"action": "export_csv", "_selected_action": [str(row.pk) for row in GlossaryTerm.objects.all()]}
    exported = staff.post(reverse("admin:translation_glossaryterm_changelist"), selected)
    path, other = reverse("admin:translation_glossaryterm_import_csv"), new_ulid()
    staff.post(path, {"scope_id": other, "file": SimpleUploadedFile("g.csv", exported.content)})
    assert GlossaryTerm.objects.get(scope_id=other).rendering == "チケット"
    wrong = staff.post(path, {"scope_id": "nobody", "file": SimpleUploadedFile("g.csv", b"\xff")})
    assert "not an id" in wrong.content.decode()


def test_a_budget_is_set(staff: Client, scope: str) -> None:
    values = {"scope_id": scope, "local_only": "on", "monthly_characters": "1000"}
    assert staff.post(reverse("admin:translation_translationpolicy_add"), values).status_code == 302
    policy = TranslationPolicy.objects.get()
    assert (policy.local_only, policy.monthly_characters) == (True, 1000)


def test_users_who_are_not_staff_are_refused(client: Client, filled: str, member_user) -> None:
    client.force_login(member_user)
    for name in ("memoryentry_changelist", "memoryentry_import_tmx", "glossaryterm_import_csv"):
        assert client.get(reverse(f"admin:translation_{name}")).status_code in (302, 403)
