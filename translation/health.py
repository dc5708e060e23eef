"""Check unavailable engines, and close the breakers of recovered ones."""

import structlog
from django.db.models import Q
from django.utils import timezone

from translation import engines
from translation.engines.base import EngineError
from translation.models import EngineState

log = structlog.get_logger(__name__)

CHECK_SECONDS = 10.0
Status = EngineState.Status


def check_engines() -> int:
    """Check each unavailable engine; return the number that recovered.

    Those with a permanent error are checked, and those whose backoff is over.
    """
    now = timezone.now()
    due = Q(status=Status.OUT) | Q(status__in=[Status.OPEN, Status.HALF_OPEN], retry_at__lte=now)
    return sum(_recovered(state) for state in EngineState.objects.filter(due, engine__in=engines.configured()))


def _recovered(state: EngineState) -> bool:
    state.checked_at = timezone.now()
    try:
        engines.engine(state.engine).check(CHECK_SECONDS)
    except EngineError as error:
        state.last_error, state.last_error_at = str(error)[:300], state.checked_at
        state.save(update_fields=["checked_at", "last_error", "last_error_at"])
        return False
    state.status, state.failures, state.retry_at = Status.CLOSED, 0, None
    state.save(update_fields=["checked_at", "status", "failures", "retry_at"])
    log.info("engine_recovered", engine=state.engine)
    return True
