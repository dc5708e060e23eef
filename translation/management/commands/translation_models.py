"""``manage.py translation_models list|add|remove``: the models of the engine ``local``."""

import shutil
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rosetta.languages import BY_CODE, CODES
from translation.engines.local import PIVOT, installed_pairs, spellings
from translation.engines.local_process import model_files

HELP = """The languages of models are ours: en, zh-CN, ja, th, id. A pair such as ja to th goes through English, so
`add ja th` needs ja to en and en to th. Models are 30 to 40 MB a direction and come from Firefox's model service;
`--from` takes them from a folder instead."""


class Command(BaseCommand):
    help = "List, add and remove the models of the local translation engine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = HELP
        verbs = parser.add_subparsers(dest="verb", required=True)
        lister = verbs.add_parser("list", help="what is installed, and what could be")
        lister.add_argument("--available", action="store_true", help="ask the model service what there is")
        adder = verbs.add_parser("add", help="install the models of one pair, or of all pairs with English")
        adder.add_argument("source", nargs="?", choices=CODES)
        adder.add_argument("target", nargs="?", choices=CODES)
        adder.add_argument("--all", action="store_true", help="every pair of our languages that there is")
        adder.add_argument("--from", dest="folder", type=Path, help="a folder of model files, or of folders of them")
        remover = verbs.add_parser("remove", help="delete the models of one direction")
        remover.add_argument("source", choices=CODES)
        remover.add_argument("target", choices=CODES)

    def handle(self, *args: Any, **options: Any) -> None:
        self._models = Path(settings.VAR_DIR) / "models"
        match options["verb"]:
            case "list":
                self._list(available=options["available"])
            case "add":
                self._add(options["source"], options["target"], every=options["all"], folder=options["folder"])
            case "remove":
                self._remove(options["source"], options["target"])

    # --- list ---

    def _list(self, *, available: bool) -> None:
        installed = installed_pairs(self._models)
        if not installed:
            self.stdout.write(f"No models in {self._models}. Add some: manage.py translation_models add en ja")
        for (source, target), name in sorted(installed.items()):
            size = sum(path.stat().st_size for path in (self._models / name).iterdir() if path.is_file())
            self.stdout.write(f"{_pair(source, target)}  {size / 1e6:6.1f} MB  installed")
        if available:
            for source, target in sorted(self._catalogue()):
                if (source, target) not in installed:
                    self.stdout.write(f"{_pair(source, target)}             available")

    # --- add ---

    def _add(self, source: str | None, target: str | None, *, every: bool, folder: Path | None) -> None:
        if folder is not None:
            self._add_from(folder, source, target)
            return
        if every:
            pairs = [pair for pair in self._catalogue() if PIVOT in pair]
        elif source and target and source != target:
            pairs = self._legs(source, target)
        else:
            raise CommandError("Say which pair: translation_models add en ja, or --all.")
        for one, other in pairs:
            if (one, other) in installed_pairs(self._models):
                self.stdout.write(f"{_pair(one, other)}  is here already")
            else:
                self._download(one, other)

    def _legs(self, source: str, target: str) -> list[tuple[str, str]]:
        there = self._catalogue()
        if (source, target) in there:
            return [(source, target)]
        legs = [(source, PIVOT), (PIVOT, target)]
        missing = [f"{one} to {other}" for one, other in legs if (one, other) not in there]
        if PIVOT in (source, target) or missing:
            raise CommandError(f"There is no model for {' and '.join(missing) or f'{source} to {target}'}.")
        return legs

    def _catalogue(self) -> dict[tuple[str, str], tuple[str, str]]:
        """The pairs of our languages that the service has, with its own codes for them."""
        from fxtranslate import discovery

        try:
            theirs = set(discovery.model_pairs(discovery.fetch_records_body()))
        except ValueError as error:
            raise CommandError(f"The model service cannot be reached: {_short(error)}") from None
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for source in CODES:
            for target in CODES:
                for pair in ((one, other) for one in spellings(source) for other in spellings(target)):
                    if source != target and pair in theirs:
                        found.setdefault((source, target), pair)
        return found

    def _download(self, source: str, target: str) -> None:
        from fxtranslate import discovery

        one, other = self._catalogue()[source, target]
        # Beside the models first, so that one that was cut off half-way is never taken for a whole one.
        partial = self._models / ".partial"
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
        if failure:
            shutil.rmtree(partial, ignore_errors=True)
            raise CommandError(f"{source} to {target} could not be fetched: {_short(failure[0])}")
        for path in [path for path in partial.rglob("*") if path.is_dir() and model_files(path)]:
            self._install(path, self._models / path.name)
        shutil.rmtree(partial, ignore_errors=True)
        self.stdout.write(f"{_pair(source, target)}  {_size(self._models / f'{one}-{other}') / 1e6:6.1f} MB  installed")

    def _progress(self, line: str, *, done: bool = False) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{line:<60}" + ("\r" if done else ""), ending="")
        elif not done and time.monotonic() - getattr(self, "_told", 0.0) > 5:
            self._told = time.monotonic()
            self.stderr.write(line)

    def _add_from(self, folder: Path, source: str | None, target: str | None) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        if source and target:
            if model_files(folder) is None:
                raise CommandError(
                    f"{folder} has no model.*.bin with its vocabulary (vocab.*.spm, or srcvocab and trgvocab)."
                )
            self._install(
                folder, self._models / f"{BY_CODE[source].code_for('local')}-{BY_CODE[target].code_for('local')}"
            )
            self.stdout.write(f"{_pair(source, target)}  installed")
            return
        pairs = installed_pairs(folder)
        if not pairs:
            raise CommandError(
                f"{folder} has no folder of a pair, such as en-ja. For the files of one: add en ja --from {folder}"
            )
        for (one, other), name in sorted(pairs.items()):
            self._install(folder / name, self._models / name)
            self.stdout.write(f"{_pair(one, other)}  installed")

    def _install(self, folder: Path, destination: Path) -> None:
        """A pair's files in their place, all or none."""
        incoming = destination.with_name(f".{destination.name}")
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir(parents=True)
        for path in (model_files(folder) or {}).values():
            shutil.copy2(path, incoming / path.name)
        shutil.rmtree(destination, ignore_errors=True)
        incoming.rename(destination)

    # --- remove ---

    def _remove(self, source: str, target: str) -> None:
        name = installed_pairs(self._models).get((source, target))
        if name is None:
            raise CommandError(f"There is no model for {source} to {target} in {self._models}.")
        shutil.rmtree(self._models / name)
        self.stdout.write(f"{_pair(source, target)}  removed")


def _pair(source: str, target: str) -> str:
    return f"{source:>5} → {target:<5}"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _short(error: BaseException) -> str:
    """The last and plainest part of a chained message, on one line."""
    return str(error).splitlines()[0].rsplit(": ", 1)[-1][:200] if str(error) else type(error).__name__
