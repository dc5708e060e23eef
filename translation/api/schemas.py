"""What responses look like."""

from typing import Any

from rest_framework import serializers

from rosetta.http.schema import data_of
from translation.engines.model_files import Kind
from translation.models import LocalModel

MODES = ("auto", "off", "chosen")
KINDS = (*map(str, Kind), "")
STATES = tuple(str(state) for state in LocalModel.State if state != LocalModel.State.REMOVED)


class TranslationPair(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    engines = serializers.ListField(
        child=serializers.CharField(), help_text="What translates it now, in the order in which they are tried."
    )


class LocalModelResource(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    kind = serializers.ChoiceField(KINDS, help_text="Empty until it is known.")
    version = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    bytes_done = serializers.IntegerField()
    bytes_total = serializers.IntegerField(help_text="0 until it is known.")
    percent = serializers.IntegerField()
    reason = serializers.CharField(
        help_text=(
            "Why it is not there: unreachable (no network), not_found, refused, rate_limited, interrupted, wrong_size, "
            "wrong_checksum, changed, too_large, disk_full, disk, bad_index, bad_package; empty where nothing failed."
        )
    )
    retry_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried again, after a failure.")


class TranslationStatusResource(serializers.Serializer[Any]):
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="What people here read, those of most people first."
    )
    pairs = TranslationPair(many=True, help_text="Every direction between them.")
    missing = TranslationPair(many=True, help_text="Those of them that nothing translates now.")
    fetching = serializers.ChoiceField(MODES, help_text="Which models are fetched without being asked.")
    is_fetching = serializers.BooleanField(help_text="Whether a model is on its way.")
    models_ready = serializers.IntegerField()
    models_wanted = serializers.IntegerField(help_text="Those ready among them.")
    reason = serializers.CharField(help_text="Why a wanted model is not there; unreachable where there is no network.")
    models = LocalModelResource(many=True)


TranslationStatusAnswer = data_of(TranslationStatusResource)
