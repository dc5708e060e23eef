"""Which pairs of the languages in use have an engine now, and which models are on their way."""

from dataclasses import dataclass

from django.conf import settings

from translation import engines
from translation.local_models.demand import languages_in_use, pairs_in_use
from translation.models import EngineState, LocalModel

State = LocalModel.State


@dataclass(frozen=True, slots=True)
class PairStatus:
    """One direction between languages in use, and the engines that translate it now."""

    source: str
    target: str
    engines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TranslationStatus:
    """What translates now.

    ``models`` are those wanted or installed; ``reason`` says why one of them is not there.
    """

    languages: list[str]
    pairs: list[PairStatus]
    models: list[LocalModel]

    @property
    def missing(self) -> list[PairStatus]:
        return [pair for pair in self.pairs if not pair.engines]

    @property
    def ready_models(self) -> int:
        return sum(model.state == State.READY for model in self.models)

    @property
    def is_fetching(self) -> bool:
        return any(model.state in (State.WANTED, State.FETCHING) for model in self.models)

    @property
    def reason(self) -> str:
        """Return why a wanted model is not there.

        ``unreachable`` where the network is at fault, else another kind.
        """
        reasons = [model.reason for model in self.models if model.state == State.FAILED]
        return "unreachable" if "unreachable" in reasons else next(iter(reasons), "")


def read_status() -> TranslationStatus:
    """Read the status: five queries, and the folder of models."""
    unwell = set(EngineState.objects.exclude(status=EngineState.Status.CLOSED).values_list("engine", flat=True))
    languages = languages_in_use()
    pairs = [PairStatus(one, other, _engines_of(one, other, unwell)) for one, other in pairs_in_use(languages)]
    models = list(LocalModel.objects.exclude(state=State.REMOVED).order_by("position", "source", "target"))
    return TranslationStatus(languages, pairs, models)


def _engines_of(source: str, target: str, unwell: set[str]) -> tuple[str, ...]:
    chain = engines.chain(source, target)
    return tuple(name for name in chain if name not in unwell and engines.engine(name).offers(source, target))


def percent(model: LocalModel) -> int:
    """Return how much of a model is here."""
    if model.state == State.READY:
        return 100
    return min(99, 100 * model.bytes_done // model.bytes_total) if model.bytes_total else 0


def fetching_mode() -> str:
    """Return what LOCAL_MODELS says.

    ``auto``, ``off``, or ``chosen`` where it names directions.
    """
    return settings.LOCAL_MODELS if isinstance(settings.LOCAL_MODELS, str) else "chosen"
