"""Whether people here can be translated now."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from rosetta.http.viewsets import ApiViewSet
from translation.api.resources import status_resource
from translation.api.schemas import TranslationStatusAnswer
from translation.status import read_status


class TranslationStatusViewSet(ApiViewSet):
    tag = "Translation"

    @extend_schema(
        operation_id="getTranslationStatus",
        summary="Show what can be translated",
        description=(
            "Which pairs of the languages that people here read have an engine now, which have none, and which models of the "
            "engine `local` are there or on their way. Read it every few seconds while `is_fetching`."
        ),
        responses=TranslationStatusAnswer,
    )
    def retrieve(self, request: Request) -> Response:
        return Response({"data": status_resource(read_status())})
