"""What a scope, a workspace or a direct conversation, says about its translations."""

from typing import Any

import factory

from rosetta.ids import new_ulid
from rosetta.tests.factories import ActionFactory
from translation.actions import add_term, set_policy
from translation.models import GlossaryTerm, TranslationPolicy


class GlossaryTermFactory(ActionFactory[GlossaryTerm]):
    """A term that stays as it is; with ``rendering`` it is written so in ``target``."""

    class Meta:
        model = GlossaryTerm

    scope_id = factory.LazyFunction(new_ulid)
    term = factory.Sequence(lambda number: f"Crane{number}")

    @classmethod
    def act(cls, **fields: Any) -> GlossaryTerm:
        return add_term(**fields)


class TranslationPolicyFactory(ActionFactory[TranslationPolicy]):
    """What a scope allows: any engine, and the service's own budget."""

    class Meta:
        model = TranslationPolicy

    scope_id = factory.LazyFunction(new_ulid)
    local_only = False
    monthly_characters = None

    @classmethod
    def act(cls, **fields: Any) -> TranslationPolicy:
        return set_policy(**fields)
