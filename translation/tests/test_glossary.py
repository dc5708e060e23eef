"""Glossaries: changed one term at a time or by CSV, seen by the next translation, and touching nothing else."""

import csv

import pytest

from rosetta.errors import Invalid, NotFound
from rosetta.ids import new_ulid
from translation import actions
from translation.access import terms_of
from translation.glossary.terms import MAX_CHARACTERS
from translation.models import GlossaryTerm, MemoryEntry, TranslationPolicy
from translation.service import Job, recall, translate_batch
from translation.tests import servers

pytestmark = pytest.mark.django_db


def one(scope: str, text: str, target: str = "ja"):
    return translate_batch([Job(None, scope, text, "en", target)])[0]


def said(text: str, rendering: str = "") -> str:
    """Return what the engine makes of ``text`` in Japanese, with the rendering of a term in the place of {}."""
    return servers.said("ja", text).replace("{}", rendering)


def version(scope: str) -> int:
    return TranslationPolicy.objects.get(scope_id=scope).glossary_version


def test_a_kept_term_never_reaches_an_engine(scope: str, libre: servers.Service) -> None:
    actions.add_term(scope_id=scope, term="Blue Whale")
    assert one(scope, "Our blue whale app is great").text == said("Our {} app is great", "blue whale")
    assert "whale" not in str(libre.requests[0].body)


def test_a_rendering_is_used_for_its_pair_alone(scope: str, libre: servers.Service) -> None:
    actions.add_term(scope_id=scope, term="ticket", rendering="チケット", source="en", target="ja")
    assert one(scope, "Open a ticket now", "ja").text == said("Open a {} now", "チケット")
    assert one(scope, "Open a ticket now", "th").text == servers.said("th", "Open a ticket now")


def test_a_change_of_rendering_shows_without_a_new_call(scope: str, libre: servers.Service) -> None:
    term = actions.add_term(scope_id=scope, term="ticket", rendering="チケット", target="ja")
    one(scope, "Open a ticket now")
    actions.change_term(scope_id=scope, term_id=term.pk, term="ticket", rendering="問い合わせ", target="ja")
    # The first look after a change reads the new glossary, and leaves texts that hold its terms to the workers.
    recall(scope_id=scope, text="Hello", source="en", targets=["ja"])
    found = recall(scope_id=scope, text="Open a ticket now", source="en", targets=["ja"])
    assert found["ja"].text == said("Open a {} now", "問い合わせ")
    assert len(libre.requests) == 1


def test_a_new_term_drops_only_what_holds_it(scope: str, libre: servers.Service) -> None:
    other = new_ulid()
    one(scope, "Open a Ticket now")
    one(scope, "Close the door")
    one(other, "Open a Ticket now")
    actions.add_term(scope_id=scope, term="ticket", rendering="チケット", target="ja")
    assert MemoryEntry.objects.filter(scope_id=scope).count() == 1
    assert MemoryEntry.objects.filter(scope_id=other).count() == 1
    assert one(scope, "Open a Ticket now").text == said("Open a {} now", "チケット")


def test_a_removed_term_is_translated_again(scope: str, libre: servers.Service) -> None:
    term = actions.add_term(scope_id=scope, term="ticket", rendering="チケット", target="ja")
    one(scope, "Open a ticket now")
    actions.remove_term(scope_id=scope, term_id=term.pk)
    assert one(scope, "Open a ticket now").text == said("Open a ticket now")


def test_a_text_that_is_a_term_needs_no_engine(scope: str, libre: servers.Service) -> None:
    actions.add_term(scope_id=scope, term="ticket", rendering="チケット", target="ja")
    assert one(scope, "Ticket 👍").text == "チケット 👍"
    assert one(scope, "Ticket", "th").state == "ready"
    assert len(libre.requests) == 1


def test_another_scopes_glossary_is_not_applied(scope: str, libre: servers.Service) -> None:
    actions.add_term(scope_id=new_ulid(), term="ticket", rendering="チケット", target="ja")
    assert one(scope, "Open a ticket now").text == said("Open a ticket now")


def test_each_change_raises_the_version(scope: str) -> None:
    term = actions.add_term(scope_id=scope, term="one")
    actions.change_term(scope_id=scope, term_id=term.pk, term="two")
    actions.import_terms_csv(scope_id=scope, content="term\nthree\n")
    actions.remove_term(scope_id=scope, term_id=term.pk)
    assert version(scope) == 4


def test_terms_that_differ_only_in_case_are_refused(scope: str) -> None:
    actions.add_term(scope_id=scope, term="Straße")
    with pytest.raises(Invalid) as caught:
        actions.add_term(scope_id=scope, term="  STRASSE ")
    assert "term" in caught.value.errors
    assert version(scope) == 1
    actions.add_term(scope_id=scope, term="STRASSE", target="ja")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"term": "  "}, "term"),
        ({"term": "x" * 201}, "term"),
        ({"term": "see https://example.com"}, "term"),
        ({"term": "👍"}, "term"),
        ({"term": "a", "rendering": "x" * 201}, "rendering"),
        ({"term": "a", "source": "tlh"}, "source"),
        ({"term": "a", "source": "en", "target": "en-GB"}, "target"),
    ],
)
def test_an_invalid_term_is_refused(scope: str, values: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        actions.add_term(scope_id=scope, **values)
    assert list(caught.value.errors) == [field]


def test_another_scopes_term_is_not_found(scope: str) -> None:
    term = actions.add_term(scope_id=scope, term="one")
    for call in (actions.remove_term, lambda **ids: actions.change_term(**ids, term="two")):
        with pytest.raises(NotFound):
            call(scope_id=new_ulid(), term_id=term.pk)
    assert GlossaryTerm.objects.get().term == "one"


def test_a_glossary_is_exported_and_imported_as_csv(scope: str) -> None:
    content = (
        "term,rendering,source,target,case_sensitive,inside_words\n"
        "Blue Whale,,,,,\nIT,資訊,en,zh-CN,yes,\nticket,チケット,en,ja,,\n"
    )
    assert actions.import_terms_csv(scope_id=scope, content="\ufeff" + content) == actions.GlossaryImport(3, 0)
    assert actions.export_terms_csv(scope_id=scope) == content
    changed = content.replace("チケット", "問い合わせ")
    assert actions.import_terms_csv(scope_id=scope, content=changed) == actions.GlossaryImport(0, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "columns"),
        ("word\nx\n", "columns"),
        ("term,target\ngood,ja\nbad,tlh\n", "Line 3"),
        ("term,target\nonly\n", "Line 2"),
        ("term\na,b,c\n", "Line 2"),
        ('term\n"never closed\n', "Line"),
        ("term,case_sensitive\na,perhaps\n", "Line 2"),
    ],
)
def test_an_invalid_csv_changes_nothing(scope: str, content: str, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        actions.import_terms_csv(scope_id=scope, content=content)
    assert told in str(caught.value.errors["file"][0])
    assert not GlossaryTerm.objects.exists()


def test_forgetting_a_scope_deletes_its_rows(scope: str, libre: servers.Service) -> None:
    one(scope, "The cat sat")
    actions.add_term(scope_id=scope, term="one")
    actions.forget_scope(scope_id=scope)
    assert not MemoryEntry.objects.exists()
    assert not GlossaryTerm.objects.exists()


def test_formulas_in_an_export_are_escaped(scope: str) -> None:
    for term in ("=cmd|' /C calc'!A0", "+one", "-x", "'=quoted"):
        actions.add_term(scope_id=scope, term=term, rendering="@SUM(A1)")
    content = actions.export_terms_csv(scope_id=scope)
    cells = [cell for row in csv.reader(content.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    other = new_ulid()
    actions.import_terms_csv(scope_id=other, content=content)
    columns = ("term", "rendering")
    assert set(terms_of(other).values_list(*columns)) == set(terms_of(scope).values_list(*columns))


def test_the_characters_of_a_glossary_are_limited(scope: str) -> None:
    lines = [f"{number:05d}" + "x" * 195 for number in range(MAX_CHARACTERS // 200)]
    actions.import_terms_csv(scope_id=scope, content="term\n" + "\n".join(lines))
    for change in (
        lambda: actions.add_term(scope_id=scope, term="one more"),
        lambda: actions.import_terms_csv(scope_id=scope, content="term\none more\n"),
    ):
        with pytest.raises(Invalid):
            change()
    assert GlossaryTerm.objects.count() == len(lines)
