"""Serializer fields that several apps use."""

from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import serializers

from rosetta.names import clean_name

# What is longer is not cleaned: no name has so much that nobody sees.
LONGEST_RAW = 10_000


class NameField(serializers.CharField):
    """A name as ``rosetta.names.clean_name`` stores it.

    An invisible one counts as blank. Measured after cleaning.
    """

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        ProhibitNullCharactersValidator()(text)  # before cleaning, which would remove them
        if len(text) > LONGEST_RAW:
            return text  # which is refused as too long
        name = clean_name(text)
        if not name:
            self.fail("blank")
        return name


class ShortTextField(NameField):
    """A line of text, cleaned as a name is, that may be empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_blank=True, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        try:
            return super().run_validation(data)
        except serializers.ValidationError as error:
            # Nothing is left of a text that nobody sees.
            if error.get_codes() == ["blank"]:
                return ""
            raise
