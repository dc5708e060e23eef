"""Partial updates: ``UNSET`` means "not in the request", because ``None`` is a legal value."""

from typing import Any, Final


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final[Any] = _Unset()


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not ``UNSET``."""
    return {name: value for name, value in fields.items() if value is not UNSET}
