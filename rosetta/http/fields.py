"""Serializer fields that several apps use."""

from typing import Any

from rest_framework import serializers

from rosetta.names import clean_name


class NameField(serializers.CharField):
    """A name as ``rosetta.names.clean_name`` stores it; an invisible one counts as blank. Measured after cleaning."""

    def to_internal_value(self, data: Any) -> str:
        name = clean_name(super().to_internal_value(data))
        if not name:
            self.fail("blank")
        return name
