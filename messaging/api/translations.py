"""What is known of a message's translations, corrections by people, and a look at a text before it is sent."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import access, content, resources
from messaging.actions.correcting import correct_translation
from messaging.api.serializers import ContentField, PersonResource
from messaging.api.views import PlaceView
from messaging.context import Place
from messaging.models import MessageTranslation
from rosetta import languages
from rosetta.errors import Invalid, NotFound
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from rosetta.http.schema import data_of
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.views import ApiView
from translation.detection import source_language
from translation.service import Preview, preview
from workspaces.access import membership

PREVIEWS = Limit("preview", "20/minute", by_caller)


class TranslationResource(serializers.Serializer[Any]):
    language = serializers.CharField()
    state = serializers.ChoiceField(MessageTranslation.State.choices)
    text = serializers.CharField(allow_null=True)
    engine = serializers.CharField(
        allow_null=True, help_text="An engine, or `human`, `author`, `correction`, `phrasebook`, `glossary`."
    )
    is_corrected = serializers.BooleanField()
    corrected_by = PersonResource(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why there is none.")
    attempts = serializers.IntegerField()
    retry_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried again.")
    translated_at = serializers.DateTimeField(allow_null=True)


TranslationAnswer = data_of(TranslationResource)
TranslationsAnswer = data_of(TranslationResource, many=True)


class CorrectionSerializer(serializers.Serializer[Any]):
    text = ContentField(help_text="1–8,000 characters, with the original's mentions, links, code and emoji.")


class PreviewSerializer(serializers.Serializer[Any]):
    text = ContentField(help_text="1–8,000 characters.")
    target = serializers.ChoiceField(languages.CODES)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        languages.CODES, required=False, allow_null=True, help_text="Found from the text where it is not given."
    )


class PreviewResource(serializers.Serializer[Any]):
    state = serializers.ChoiceField(["ready", "failed", "skipped"])
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    text = serializers.CharField(allow_null=True)
    back_translation = serializers.CharField(allow_null=True, help_text="The result in the language it came from.")
    engine = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why there is none.")


class TranslationsView(PlaceView):
    tag = "Translations"

    @extend_schema(
        summary="A message's translations",
        description="One item for each language that it was ever owed in.",
        responses={200: TranslationsAnswer},
    )
    def get(self, request: Request, message_id: str, **kwargs: Any) -> Response:
        message = access.message_in(self.place(request), message_id)
        return paged(
            request, message.translations.select_related("corrected_by").order_by("language"), resources.translation
        )


class CorrectionView(PlaceView):
    tag = "Translations"

    @extend_schema(
        summary="Correct a translation",
        description=(
            "The author, owners and admins correct any language, other members the one that they read. The correction is "
            "shown at once, is used again wherever the same is said, and stays until the message is edited."
        ),
        request=CorrectionSerializer,
        responses={200: TranslationAnswer},
    )
    def put(self, request: Request, message_id: str, language: str, **kwargs: Any) -> Response:
        place = self.place(request, to_write=True)
        text = parsed(CorrectionSerializer, request)["text"]
        code = languages.match(language)
        if code is None:
            raise NotFound
        row = correct_translation(place=place, message_id=message_id, language=code, text=text)
        return Response({"data": resources.translation(row)})


class ByMessage(PlaceView):
    """A view of a message that is named by its id alone."""

    def place(self, request: Request, *, to_write: bool = False) -> Place:
        return access.place_of_message(request.user, self.kwargs["message_id"], to_write=to_write)  # type: ignore[arg-type]


class MessageTranslationsView(ByMessage, TranslationsView):
    pass


class MessageCorrectionView(ByMessage, CorrectionView):
    pass


class PreviewView(ApiView):
    """How a text will read, before it is sent."""

    tag = "Translations"
    limits = (PREVIEWS, EVERYTHING)

    @extend_schema(
        summary="Preview a translation",
        description=(
            "Translates as a message of this workspace would be, and the result back, so that the sender can check it. "
            "Answers within four seconds; `state` is `failed` when the engines need longer."
        ),
        request=PreviewSerializer,
        responses={200: data_of(PreviewResource)},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        user: Any = request.user
        member = membership(user, workspace_id)
        asked = parsed(PreviewSerializer, request)
        text, target = content.checked(asked["text"], field="text"), asked["target"]
        if not text:
            raise Invalid({"text": [content.required_text()]})
        source = source_language(text, declared=asked.get("source"), sender_language=member.language)
        seconds = settings.TRANSLATION_PREVIEW_SECONDS
        found = preview(scope_id=workspace_id, text=text, source=source, target=target, seconds=seconds)
        is_ready = isinstance(found, Preview)
        data = {
            "state": "ready" if is_ready else found.state,  # type: ignore[union-attr]
            "source": source,
            "target": target,
            "text": found.text or None,
            "back_translation": found.back if isinstance(found, Preview) else None,
            "engine": found.engine or None,
            "reason": None if isinstance(found, Preview) else found.reason,
        }
        return Response({"data": data})
