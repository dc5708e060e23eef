"""Show the engines' state and this month's characters on the staff dashboard."""

from typing import Any

from django.db.models import Sum

from rosetta.observability.dashboard import TABLES, Table, figure
from translation.models import EngineState, RefusedAnswers, Usage, this_month
from translation.service import engines_health
from translation.status import percent, read_status

MOST_REFUSED = 20
COLUMNS = ("Engine", "State", "Pairs", "Failures in a row", "Characters this month", "Last error")


def _engines() -> list[tuple[Any, ...]]:
    usage = Usage.objects.filter(month=this_month()).order_by().values_list("engine").annotate(sum=Sum("characters"))
    characters = dict(usage)
    states = dict(EngineState.Status.choices)
    return [
        (
            row["engine"],
            states[row["status"]] if row["pairs"] else "no usable pair",
            row["pairs"],
            row["failures"],
            f"{characters.get(row['engine'], 0):,}",
            row["last_error"],
        )
        for row in engines_health()
    ]


TABLES["Engines"] = Table(COLUMNS, _engines)


@figure("engines_unwell", "Engines that are unavailable", page=("translation.enginestate", ""))
def _unavailable() -> int:
    return sum(row["status"] != EngineState.Status.CLOSED or not row["pairs"] for row in engines_health())


def _translation() -> list[tuple[Any, ...]]:
    status = read_status()
    missing = ", ".join(f"{pair.source} → {pair.target}" for pair in status.missing)
    models = [
        (str(model), model.state, f"{percent(model)} %", f"{model.bytes_total / 1e6:.0f} MB", model.error)
        for model in status.models
    ]
    return [*models, *([("Without an engine", missing, "", "", "")] if missing else [])]


TABLES["Translation models"] = Table(("Model", "State", "Here", "Size", "Why not"), _translation)


@figure("pairs_missing", "Pairs of languages in use that nothing translates", page=("translation.localmodel", ""))
def _missing_pairs() -> int:
    return len(read_status().missing)


def _refused() -> list[tuple[Any, ...]]:
    """Return the faults of this month by engine and pair, the most frequent first."""
    rows = RefusedAnswers.objects.filter(month=this_month()).order_by("-count", "pk")[:MOST_REFUSED]
    return [(row.engine, f"{row.source} → {row.target}", row.fault, f"{row.count:,}") for row in rows]


TABLES["Answers that were no translations"] = Table(("Engine", "Pair", "Fault", "This month"), _refused)
