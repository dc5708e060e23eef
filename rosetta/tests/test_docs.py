"""What the documents say holds.

Links lead somewhere, the README's calls work, its translations are what readers get.
"""

import csv
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rosetta.tests.processes import ROOT, clean_environment, eventually, free_port
from rosetta.tests.supervised import Supervised

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, heading = target.partition("#")
        found = (document.parent / path).resolve() if path else document
        assert found.exists(), f"{target} in {document.name}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.M)
            slugs = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
            assert heading in slugs, f"{target} in {document.name}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_of_the_code_that_a_document_names_exist(document: Path) -> None:
    named = re.findall(r"`((?:\w+/)+[\w.-]+\.(?:py|js|csv|json|yml))`", document.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readmes_two_screens_are_what_the_phrasebook_gives() -> None:
    with (ROOT / "translation/data/phrasebook.csv").open(encoding="utf-8", newline="") as file:
        pairs = {(row["en"], row["th"]) for row in csv.DictReader(file)}
    shown = re.findall(r"^\| (?:Olivia|Mali) \| (.+?) \| (.+?) \|$", README, re.M)
    assert len(shown) == 5
    assert set(shown) <= pairs


@pytest.mark.skipif(not shutil.which("curl"), reason="the README's calls are made with curl")
def test_the_readmes_first_call_shows_thai_to_an_english_reader(tmp_path: Path) -> None:
    (script,) = re.findall(r"<!-- run by rosetta/tests/test_docs.py -->\n```sh\n(.*?)```", README, re.S)
    port = free_port()
    running = Supervised(tmp_path, is_first=True, PORT=str(port))
    try:
        assert eventually(running.is_ready), running.said()
        done = subprocess.run(
            ["bash", "-euc", script.replace(":8000", f":{port}")],
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        running.end()
    assert (done.stdout, done.stderr) == ("Thank you very much\n", "")
