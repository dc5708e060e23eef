"""What the factories of all apps share.

They make rows as the service does, by its actions.
"""

from abc import abstractmethod
from typing import Any, Generic, TypeVar

import factory

T = TypeVar("T")


class ActionFactory(factory.Factory[T], Generic[T]):
    """Call an action rather than save a row, so that counters, events and read positions are as in the service.

    Rows that an action never makes, and thousands of rows that only fill a table, are created with the model's manager.
    """

    class Meta:
        abstract = True

    @classmethod
    @abstractmethod
    def act(cls, **fields: Any) -> T:
        """Call the action with the factory's declarations and what the test gives."""

    @classmethod
    def _create(cls, model_class: type[T], *args: Any, **fields: Any) -> T:
        return cls.act(**fields)

    @classmethod
    def _build(cls, model_class: type[T], *args: Any, **fields: Any) -> T:
        raise NotImplementedError("An action stores what it makes: use create.")
