"""Metrics of sign-in."""

from prometheus_client import Counter

_failures = Counter(
    "rosetta_sign_in_failures", "Attempts to sign in that proved nothing, by what was tried", ("method",)
)


def sign_in_failed(method: str) -> None:
    """Count a failure; ``method`` is password, code, provider or admin."""
    _failures.labels(method).inc()
