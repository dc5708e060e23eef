"""Translation memory out to TMX and in again."""

from io import BytesIO

import pytest
from django.core.management import call_command

from rosetta.devtools.pretending import pretended
from rosetta.errors import Invalid
from rosetta.ids import new_ulid
from translation.memory import tmx
from translation.models import MemoryEntry
from translation.service import Job, recall, remember_correction, translate_batch
from translation.tests import servers

pytestmark = pytest.mark.django_db


def unit(english: str, other: str, language: str = "ja") -> str:
    sides = (("en", english), (language, other))
    return "<tu>" + "".join(f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in sides) + "</tu>"


FOREIGN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
    '<tmx version="1.4"><header srclang="en-US"/><body>'
    + unit("Close the door &amp; go", "ドアを閉めて行く", "ja-JP")
    + unit("Pay $5.00 to @[Bob](user:1)", "@[Bob](user:1)に$5.00を払う")
    + unit("Pay $5.00 to @[Bob](user:1) now", "今払う")
    + unit("Hello", "Hallo", "de")
    + "</body></tmx>"
)


def test_an_exported_memory_is_imported_unchanged(scope: str, libre: servers.Service) -> None:
    libre.handle = servers.libretranslate(lambda text, source, target: f"{pretended(text, target)} < & 'so'")
    translate_batch([Job(None, scope, "Ask @[Bob](user:1) for 5 kg", "en", "ja")])
    remember_correction(scope_id=scope, source="en", target="th", source_text="The cat sat 👍", text="แมวนั่ง 👍")
    out = BytesIO()
    count = tmx.write(MemoryEntry.objects.filter(scope_id=scope).order_by("pk"), out)
    other = new_ulid()
    out.seek(0)
    assert tmx.read(scope_id=other, document=out) == tmx.TmxImport(count, 0)
    columns = ("key", "source", "target", "source_text", "text", "origin", "engine")
    assert list(MemoryEntry.objects.filter(scope_id=scope).order_by("key").values_list(*columns)) == list(
        MemoryEntry.objects.filter(scope_id=other).order_by("key").values_list(*columns)
    )
    assert recall(scope_id=other, text="Ask @[Ann](user:2) for 7 kg", source="en", targets=["ja"])["ja"].text == (
        servers.said("ja", "Ask @[Ann](user:2) for 7 kg") + " < & 'so'"
    )


def test_units_of_a_foreign_file_are_imported_where_they_fit(scope: str) -> None:
    assert tmx.read(scope_id=scope, document=BytesIO(FOREIGN.encode())) == tmx.TmxImport(2, 2)
    found = recall(scope_id=scope, text="Pay $7.50 to @[Ann](user:2)", source="en", targets=["ja"])
    assert found["ja"].text == "@[Ann](user:2)に$7.50を払う"
    assert recall(scope_id=scope, text="Close the door & go", source="en", targets=["ja"])["ja"].engine == "correction"


def own(attributes: str, origin: str = "engine") -> bytes:
    """A unit as the service exports it, with these attributes of the element in the target."""
    props = f'<prop type="x-rosetta-origin">{origin}</prop><prop type="x-rosetta-engine">deepl</prop>'
    source = '<tuv xml:lang="en"><seg>Ask <ph x="1" type="mention"/></seg></tuv>'
    target = f'<tuv xml:lang="ja"><seg><ph {attributes}/> Frage</seg></tuv>'
    return f'<tmx version="1.4"><body><tu srclang="en">{props}{source}{target}</tu></body></tmx>'.encode()


@pytest.mark.parametrize("attributes", ['x="q"', 'x="0"', 'x="-1"', 'x="1.5"', 'x="\u0661"', 'x="99999"'])
def test_a_malformed_placeholder_is_refused(scope: str, attributes: str) -> None:
    with pytest.raises(Invalid) as caught:
        tmx.read(scope_id=scope, document=BytesIO(own(attributes)))
    assert "x=" in str(caught.value.errors["file"][0])
    assert not MemoryEntry.objects.exists()


@pytest.mark.parametrize(("attributes", "added"), [('x="1"', 1), ("", 1), ('x="2"', 0)])
def test_a_unit_with_wrong_placeholders_is_left_out(scope: str, attributes: str, added: int) -> None:
    assert tmx.read(scope_id=scope, document=BytesIO(own(attributes))) == tmx.TmxImport(added, 1 - added)


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-7", "nonsense"])
def test_an_encoding_that_is_not_read_is_refused(scope: str, encoding: str) -> None:
    with pytest.raises(Invalid):
        tmx.read(scope_id=scope, document=BytesIO(f'<?xml version="1.0" encoding="{encoding}"?><tmx/>'.encode()))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><tmx version="1.4"><body/></tmx>'


@pytest.mark.parametrize(
    "content", [b"", b"not xml", b"<html/>", b"<tmx><body><tu>", BOMB.encode(), BOMB.encode("utf-16")]
)
def test_a_file_that_is_not_tmx_is_refused(scope: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        tmx.read(scope_id=scope, document=BytesIO(content))


def test_the_command_exports_and_imports(scope: str, tmp_path, capsys) -> None:
    (tmp_path / "in.tmx").write_text(FOREIGN)
    call_command("translation_memory", "import", scope.upper(), str(tmp_path / "in.tmx"))
    call_command("translation_memory", "export", scope, str(tmp_path / "out.tmx"))
    assert capsys.readouterr().out == "2 units imported, 2 left out\n2 units written\n"
