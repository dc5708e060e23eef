"""The status of translation as JSON."""

from dataclasses import asdict
from typing import Any

from rosetta.times import moment
from translation.models import LocalModel
from translation.status import State, TranslationStatus, fetching_mode, percent


def status_resource(status: TranslationStatus) -> dict[str, Any]:
    return {
        "languages": status.languages,
        "pairs": [asdict(pair) for pair in status.pairs],
        "missing": [asdict(pair) for pair in status.missing],
        "fetching": fetching_mode(),
        "is_fetching": status.is_fetching,
        "models_ready": status.ready_models,
        "models_wanted": len(status.models),
        "reason": status.reason,
        "models": [_model(model) for model in status.models],
    }


def _model(model: LocalModel) -> dict[str, Any]:
    """Return a model without the words of its error, which name hosts and folders that are the operator's business."""
    return {
        **{name: getattr(model, name) for name in ("source", "target", "kind", "version", "state")},
        **{name: getattr(model, name) for name in ("bytes_done", "bytes_total", "reason")},
        "percent": percent(model),
        "retry_at": moment(model.due_at) if model.state == State.FAILED else None,
    }
