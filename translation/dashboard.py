"""Show the engines' state and this month's characters on the staff dashboard."""

from typing import Any

from django.db.models import Sum

from rosetta.observability.dashboard import TABLES, Table, figure
from translation.models import EngineState, Usage, this_month
from translation.service import engines_health

COLUMNS = ("Engine", "State", "Pairs", "Failures in a row", "Characters this month", "Last error")


def _engines() -> list[tuple[Any, ...]]:
    usage = Usage.objects.filter(month=this_month()).order_by().values_list("engine").annotate(sum=Sum("characters"))
    characters = dict(usage)
    states = dict(EngineState.Status.choices)
    return [
        (
            row["engine"],
            states[row["status"]],
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
    return sum(row["status"] != EngineState.Status.CLOSED for row in engines_health())
