"""``manage.py translation_models list|fetch|add|remove|mirror``: the models of the engine ``local``."""

import hashlib
import json
import shutil
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rosetta.languages import CODES
from translation.engines.local import PIVOT
from translation.engines.model_files import Kind, ModelFolder, Pair, best_models, firefox_files, models_in, spellings
from translation.local_models import demand, fetching, packages
from translation.local_models.download import FetchError
from translation.local_models.index import read_index
from translation.local_models.progress import sentence
from translation.models import LocalModel

HELP = """The languages of models are ours: en, zh-CN, ja, th, id. A pair such as ja to th goes through English, so it
needs ja-en and en-th. `fetch` takes Argos packages from LOCAL_MODELS_URL; `add en ja` takes Firefox's models from Mozilla's
service, and `add --from` takes models of either kind from this machine."""
State = LocalModel.State


class Command(BaseCommand):
    help = "List, fetch, add and remove the models of the local translation engine, or write a mirror of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = HELP
        verbs = parser.add_subparsers(dest="verb", required=True)
        lister = verbs.add_parser("list", help="what is installed, on its way or failed, and what could be installed")
        lister.add_argument("--available", action="store_true", help="ask LOCAL_MODELS_URL and Mozilla what there is")
        fetcher = verbs.add_parser("fetch", help="install Argos packages from LOCAL_MODELS_URL, now")
        fetcher.add_argument(
            "directions", nargs="*", help="such as en-th th-en; without any, what the languages in use need"
        )
        fetcher.add_argument("--all", action="store_true", help="every direction from and to English")
        adder = verbs.add_parser("add", help="install Firefox's models of one pair or all, or any model from a folder")
        adder.add_argument("source", nargs="?", choices=CODES)
        adder.add_argument("target", nargs="?", choices=CODES)
        adder.add_argument("--all", action="store_true", help="every pair of our languages that Mozilla's service has")
        adder.add_argument(
            "--from",
            dest="path",
            type=Path,
            help="an .argosmodel file, or a folder of model files, of packages or of folders",
        )
        remover = verbs.add_parser("remove", help="delete the models of one direction; they are not fetched again")
        remover.add_argument("source", choices=CODES)
        remover.add_argument("target", choices=CODES)
        mirror = verbs.add_parser(
            "mirror", help="write an index and packages of what is installed, for LOCAL_MODELS_URL"
        )
        mirror.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        self._models = fetching.models_folder()
        match options["verb"]:
            case "list":
                self._list(available=options["available"])
            case "fetch":
                self._fetch(options["directions"], every=options["all"])
            case "add":
                self._add(options["source"], options["target"], every=options["all"], path=options["path"])
            case "remove":
                self._remove(options["source"], options["target"])
            case "mirror":
                self._mirror(options["folder"])

    # --- list ---

    def _list(self, *, available: bool) -> None:
        installed = best_models(self._models)
        if not installed:
            self.stdout.write(
                f"No models in {self._models}. Fetch some: manage.py translation_models fetch en-th th-en"
            )
        for pair in sorted(installed):
            model = installed[pair]
            self._write_model(model, "installed")
        for row in LocalModel.objects.exclude(state=State.READY).order_by("position", "source", "target"):
            if (row.source, row.target) not in installed:
                told = f"{row.state}: {row.error}" if row.error else row.state
                self.stdout.write(f"{_pair(row.source, row.target)}                    {told}")
        if not available:
            return
        for name, pairs in (("argos", self._index_pairs), ("firefox", self._catalogue)):
            for source, target in sorted(pairs()):
                if (source, target) not in installed:
                    self.stdout.write(f"{_pair(source, target)}  {name:<7}           available")

    def _index_pairs(self) -> set[Pair]:
        try:
            return set(read_index(settings.LOCAL_MODELS_URL))
        except FetchError as error:
            raise CommandError(str(error)) from None

    def _write_model(self, model: ModelFolder, told: str) -> None:
        size = f"{model.bytes / 1e6:6.1f} MB"
        self.stdout.write(f"{_pair(model.source, model.target)}  {model.kind:<7} {size}  {told}")

    # --- fetch ---

    def _fetch(self, directions: list[str], *, every: bool) -> None:
        if every:
            pairs = [pair for code in CODES if code != PIVOT for pair in ((PIVOT, code), (code, PIVOT))]
        else:
            pairs = [_direction(text) for text in directions] or demand.wanted_directions()
        if not pairs:
            raise CommandError(
                "Everybody here reads one language. Say which models: translation_models fetch en-th th-en"
            )
        told = 0.0

        def report(row: LocalModel) -> None:
            nonlocal told
            if row.state != State.FETCHING or time.monotonic() - told > 3:
                told = time.monotonic()
                self.stdout.write(sentence(row))

        try:
            rows = fetching.fetch(pairs, report)
        except packages.Busy:
            raise CommandError(
                "Another process fetches models right now; translation_models list shows them."
            ) from None
        failed = [row for row in rows if row.state != State.READY]
        for row in rows:
            if row not in failed:
                self.stdout.write(f"{_pair(row.source, row.target)}  installed")
        if failed:
            raise CommandError("; ".join(f"{row}: {row.error or row.state}" for row in failed))

    # --- add ---

    def _add(self, source: str | None, target: str | None, *, every: bool, path: Path | None) -> None:
        if path is not None:
            self._add_from(path, source, target)
            fetching.sync_rows(demand.wanted_directions())
            return
        if every:
            pairs = [pair for pair in self._catalogue() if PIVOT in pair]
        elif source and target and source != target:
            pairs = self._legs(source, target)
        else:
            raise CommandError("Say which pair: translation_models add en ja, or --all.")
        for one, other in pairs:
            if any(
                (model.kind, model.source, model.target) == (Kind.FIREFOX, one, other)
                for model in models_in(self._models)
            ):
                self.stdout.write(f"{_pair(one, other)}  is here already")
            else:
                self._download(one, other)

    def _legs(self, source: str, target: str) -> list[Pair]:
        there = self._catalogue()
        if (source, target) in there:
            return [(source, target)]
        legs = [(source, PIVOT), (PIVOT, target)]
        missing = [f"{one} to {other}" for one, other in legs if (one, other) not in there]
        if PIVOT in (source, target) or missing:
            raise CommandError(f"There is no model for {' and '.join(missing) or f'{source} to {target}'}.")
        return legs

    def _catalogue(self) -> dict[Pair, Pair]:
        """The pairs of our languages that Mozilla's service has, with its own codes for them."""
        from fxtranslate import discovery

        try:
            theirs = set(discovery.model_pairs(discovery.fetch_records_body()))
        except ValueError as error:
            raise CommandError(f"The model service cannot be reached: {_short(error)}") from None
        found: dict[Pair, Pair] = {}
        for source in CODES:
            for target in CODES:
                for pair in ((one, other) for one in spellings(source) for other in spellings(target)):
                    if source != target and pair in theirs:
                        found.setdefault((source, target), pair)
        return found

    def _download(self, source: str, target: str) -> None:
        from fxtranslate import discovery

        one, other = self._catalogue()[source, target]
        partial = self._models / ".firefox"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        failure: list[BaseException] = []

        def fetch() -> None:
            try:
                discovery.add_models(one, other, str(partial), False)
            except BaseException as error:
                failure.append(error)

        worker = threading.Thread(target=fetch, daemon=True)
        worker.start()
        while worker.is_alive():
            self._progress(f"{_pair(source, target)}  {_size(partial) / 1e6:6.1f} MB")
            worker.join(0.2)
        self._progress("", done=True)
        try:
            if failure:
                raise CommandError(f"{source} to {target} could not be fetched: {_short(failure[0])}")
            for path in [path for path in partial.rglob("*") if path.is_dir() and firefox_files(path)]:
                self._install_folder(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        fetching.sync_rows(demand.wanted_directions())

    def _progress(self, line: str, *, done: bool = False) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{line:<60}" + ("\r" if done else ""), ending="")
        elif not done and time.monotonic() - getattr(self, "_told", 0.0) > 5:
            self._told = time.monotonic()
            self.stderr.write(line)

    def _add_from(self, path: Path, source: str | None, target: str | None) -> None:
        if path.is_file():
            self._install_package(path)
            return
        if not path.is_dir():
            raise CommandError(f"{path} is neither a folder nor a package.")
        if source and target:
            if firefox_files(path) is None:
                raise CommandError(
                    f"{path} has no model.*.bin with its vocabulary (vocab.*.spm, or srcvocab and trgvocab)."
                )
            self._install_folder(path, f"{spellings(source)[0]}-{spellings(target)[0]}")
            return
        models, files = models_in(path), sorted(path.glob("*.argosmodel"))
        if not models and not files:
            raise CommandError(
                f"{path} has no package, and no folder of a pair, such as en-ja. For the files of one: add en ja --from {path}"
            )
        for model in models:
            self._install_folder(model.path)
        for file in files:
            self._install_package(file)

    def _install_package(self, path: Path) -> None:
        try:
            with packages.locked(self._models):
                model = packages.install(path, self._models)
        except packages.BadPackage as error:
            raise CommandError(f"{path.name} cannot be installed: {error}") from None
        self._write_model(model, "installed")

    def _install_folder(self, path: Path, name: str = "") -> None:
        try:
            with packages.locked(self._models):
                model = packages.install_folder(path, self._models, name=name)
        except packages.BadPackage as error:
            raise CommandError(f"{path.name} cannot be installed: {error}") from None
        self._write_model(model, "installed")

    # --- remove, mirror ---

    def _remove(self, source: str, target: str) -> None:
        if not fetching.remove_model(source, target):
            raise CommandError(f"There is no model for {source} to {target} in {self._models}.")
        self.stdout.write(f"{_pair(source, target)}  removed")

    def _mirror(self, folder: Path) -> None:
        models = list(best_models(self._models).values())
        if not models:
            raise CommandError(f"There are no models in {self._models} to write.")
        folder.mkdir(parents=True, exist_ok=True)
        entries = []
        for model in sorted(models, key=lambda model: model.name):
            names = {"from_code": spellings(model.source)[0], "to_code": spellings(model.target)[0]}
            file = f"{model.kind}-{names['from_code']}_{names['to_code']}-{model.version or '1.0'}.argosmodel"
            packages.pack(model, folder / file)
            content = (folder / file).open("rb")
            with content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            kind = {"type": "firefox" if model.kind == Kind.FIREFOX else "translate"}
            about = {"package_version": model.version or "1.0", "links": [file], "sha256": sha256}
            entries.append(names | kind | about | {"size": (folder / file).stat().st_size})
            self._write_model(model, f"written to {file}")
        (folder / "index.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(f"Serve {folder} over HTTP, and set LOCAL_MODELS_URL to the address of its index.json.")


def _direction(text: str) -> Pair:
    for source in CODES:
        for target in CODES:
            if source != target and text.lower() == f"{source}-{target}".lower():
                return source, target
    raise CommandError(f"{text}: write directions as en-th; languages are {', '.join(CODES)}.")


def _pair(source: str, target: str) -> str:
    return f"{source:>5} → {target:<5}"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _short(error: BaseException) -> str:
    """The last and plainest part of a chained message, on one line."""
    return str(error).splitlines()[0].rsplit(": ", 1)[-1][:200] if str(error) else type(error).__name__
