"""Translations of a message, their corrections, and previews of a text before it is sent."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, content, resources
from messaging.actions.correct import correct_translation
from messaging.actions.feedback import rate_translation, translate_with_another_engine, withdraw_rating
from messaging.actions.retranslate import retranslate
from messaging.api import schemas, serializers
from messaging.api.viewsets.base import ConversationViewSet, InChannel, InDirectConversation
from messaging.context import ConversationContext
from rosetta import languages
from rosetta.errors import Invalid, NotFound
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.throttles import EVERYTHING, Limit, by_caller
from rosetta.http.viewsets import ApiViewSet, policy
from translation.detection import source_language
from translation.service import preview
from workspaces.access import membership, moderator
from workspaces.api.serializers import query_text

PREVIEWS = Limit("preview", "60/minute", by_caller)
AGAIN = Limit("retranslate", "30/minute", by_caller)


class TranslationViewSet(ConversationViewSet):
    tag = "Translations"
    lookup_url_kwarg: ClassVar[str] = "language"
    lookup_value_converter = "str"

    @extend_schema(
        operation_id="list{Kind}MessageTranslations",
        summary="List the translations of a message{of_conversation}",
        description="One item for each language that the message was ever to be translated into.",
        parameters=PAGING,
        responses={200: schemas.TranslationsAnswer},
    )
    def list(self, request: Request, message_id: str, **ids: Any) -> Response:
        message = access.message_in(self.context(), message_id)
        translations = message.translations.select_related("corrected_by").order_by("language")
        return paged(request, translations, resources.translation)

    @extend_schema(
        operation_id="correct{Kind}MessageTranslation",
        summary="Correct a translation of a message{of_conversation}",
        description=(
            "The author, owners and admins correct any language, other members the one that they read. The correction is "
            "shown at once, is used again for the same text, and stays until the message is edited."
        ),
        request=serializers.CorrectionSerializer,
        responses={200: schemas.TranslationAnswer},
    )
    def update(self, request: Request, message_id: str, language: str, **ids: Any) -> Response:
        context = self.context(to_write=True)
        text = parsed(serializers.CorrectionSerializer, request)["text"]
        translation = correct_translation(context=context, message_id=message_id, language=_known(language), text=text)
        return Response({"data": resources.translation(translation)})

    @extend_schema(
        operation_id="rate{Kind}MessageTranslation",
        summary="Say what a translation of a message{of_conversation} is worth",
        description=(
            "Good or bad, once for each reader: calling again replaces it. What is called bad is listed for owners and admins "
            "of the workspace."
        ),
        request=serializers.FeedbackSerializer,
        responses={200: schemas.FeedbackAnswer},
    )
    @action(detail=True, methods=["put"])
    def feedback(self, request: Request, message_id: str, language: str, **ids: Any) -> Response:
        context = self.context()
        verdict = parsed(serializers.FeedbackSerializer, request)["verdict"]
        row = rate_translation(context=context, message_id=message_id, language=_known(language), verdict=verdict)
        return Response({"data": resources.feedback(row)})

    @extend_schema(
        operation_id="withdraw{Kind}TranslationRating",
        summary="Take back what one said of a translation of a message{of_conversation}",
        description="Repeating the call changes nothing.",
        responses={204: None},
    )
    @feedback.mapping.delete
    def withdraw_feedback(self, request: Request, message_id: str, language: str, **ids: Any) -> Response:
        withdraw_rating(context=self.context(), message_id=message_id, language=_known(language))
        return Response(status=204)

    @extend_schema(
        operation_id="translate{Kind}MessageAgain",
        summary="Translate a message{of_conversation} again with another engine",
        description=(
            "For owners and admins. The engine that made the translation is left out; readers see the original until another one "
            "has answered. A 409 where the pair has no other engine, or a person wrote the translation."
        ),
        request=None,
        responses={202: schemas.TranslationAnswer},
    )
    @action(detail=True, methods=["post"])
    def again(self, request: Request, message_id: str, language: str, **ids: Any) -> Response:
        context = self.context(to_write=True)
        row = translate_with_another_engine(context=context, message_id=message_id, language=_known(language))
        return Response({"data": resources.translation(row)}, status=202)

    @policy(limits=(AGAIN, EVERYTHING))
    @extend_schema(
        operation_id="retry{Kind}MessageTranslation",
        summary="Translate a message{of_conversation} again",
        description=(
            "Queues a translation that failed, was skipped or was never made; one that is there stays. `message.translated` or "
            "`message.untranslated` follows. At most 30 times a minute."
        ),
        request=None,
        responses={200: schemas.TranslationAnswer},
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, message_id: str, language: str, **ids: Any) -> Response:
        context = self.context(to_write=True)
        row = retranslate(context=context, message_id=message_id, language=_known(language))
        return Response({"data": resources.translation(row)})


def _known(language: str) -> str:
    """Return the code of a language in a path. Raises NotFound."""
    code = languages.match(language)
    if code is None:
        raise NotFound
    return code


class RejectedTranslationViewSet(ApiViewSet):
    tag = "Translations"

    @extend_schema(
        operation_id="listRejectedTranslations",
        summary="List translations that readers called bad",
        description=(
            "For owners and admins, of the channels that they read, the last first; what was translated again or corrected "
            "is left out."
        ),
        parameters=[
            OpenApiParameter("source", str, description="Only from this language."),
            OpenApiParameter("target", str, description="Only into this language."),
            OpenApiParameter("engine", str, description="Only by this engine."),
            *PAGING,
        ],
        responses={200: schemas.RejectedTranslationsAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        rows = access.rejected_translations(moderator(caller(request), workspace_id))
        for name, column in (("source", "message__language"), ("target", "language"), ("engine", "engine")):
            if wanted := query_text(request, name):
                rows = rows.filter(**{column: wanted})
        return paged(request, rows, resources.rejected_translation)


class ChannelTranslationViewSet(InChannel, TranslationViewSet):
    operation_names = InChannel.operation_names | {"of_conversation": " of a channel"}


class DirectTranslationViewSet(InDirectConversation, TranslationViewSet):
    operation_names = InDirectConversation.operation_names | {"of_conversation": " of a direct conversation"}


class MessageTranslationViewSet(TranslationViewSet):
    """The same for a message that the path names by its id alone."""

    operation_names = {"Kind": "", "of_conversation": ""}

    def context(self, *, to_write: bool = False) -> ConversationContext:
        return access.context_of_message(caller(self.request), self.kwargs["message_id"], to_write=to_write)


class PreviewViewSet(ApiViewSet):
    tag = "Translations"
    limits = (PREVIEWS, EVERYTHING)

    @extend_schema(
        operation_id="previewTranslation",
        summary="Preview the translation of a text",
        description=(
            "Translates as a message of this workspace would be, and the result back, so that the sender can check it. "
            "Answers within four seconds; `state` is `failed` when the engines need longer."
        ),
        request=serializers.PreviewSerializer,
        responses={200: schemas.PreviewAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = membership(caller(request), workspace_id)
        fields = parsed(serializers.PreviewSerializer, request)
        text, target = content.checked(fields["text"], field="text"), fields["target"]
        if not text:
            raise Invalid({"text": [content.required_text()]})
        source = source_language(text, declared=fields.get("source"), sender_language=member.language)
        seconds = settings.TRANSLATION_PREVIEW_SECONDS
        result = preview(scope_id=workspace_id, text=text, source=source, target=target, seconds=seconds)
        return Response({"data": resources.preview(result, source, target)})
