"""A workspace's glossary: what is never translated, and what is always translated in the same way."""

from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.api.serializers import StringField
from rosetta.http.bodies import parsed
from rosetta.http.pagination import paged
from rosetta.http.parsers import MAX_BODY_BYTES, BodyTooLarge, JSONObjectParser
from rosetta.http.schema import data_of
from rosetta.http.views import ApiView
from rosetta.times import moment
from translation import actions
from translation.access import glossary_version, term_in, terms_of
from translation.models import GlossaryTerm, fold
from workspaces.access import membership, moderator

MAX_GIVEN = 1000


class CSVParser(parsers.BaseParser):
    """A text in UTF-8 of at most 1 MiB, as ``{"csv": text}``."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise BodyTooLarge
        try:
            return {"csv": raw.decode("utf-8-sig")}
        except UnicodeDecodeError:
            raise exceptions.ParseError("The request body is not UTF-8.") from None


class TermSerializer(serializers.Serializer[Any]):
    term = StringField(max_length=MAX_GIVEN, help_text="What stands in messages.")
    rendering = StringField(
        max_length=MAX_GIVEN, required=False, allow_blank=True, help_text="How it is shown; empty: as it is."
    )
    source = StringField(  # type: ignore[assignment]
        max_length=16, required=False, allow_blank=True, help_text="The language it stands in; empty: any."
    )
    target = StringField(
        max_length=16, required=False, allow_blank=True, help_text="The language it is shown in; empty: any."
    )
    case_sensitive = serializers.BooleanField(required=False)


class TermChangeSerializer(TermSerializer):
    term = StringField(max_length=MAX_GIVEN, required=False)


class ImportSerializer(serializers.Serializer[Any]):
    csv = serializers.CharField(
        trim_whitespace=False,
        help_text="A header line, `term,rendering,source,target,case_sensitive`, and a line a term.",
    )


class TermResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    term = serializers.CharField()
    rendering = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    case_sensitive = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ImportedResource(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()


TermAnswer = data_of(TermResource)
VALUES = ("term", "rendering", "source", "target", "case_sensitive")


def shown(row: GlossaryTerm) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in VALUES}
    return {"id": row.pk, **values, "created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}


class GlossaryView(ApiView):
    tag = "Glossary"

    @extend_schema(
        summary="A workspace's glossary",
        description="`meta.version` grows with each change.",
        parameters=[
            OpenApiParameter("q", str, description="Only terms that hold this."),
            OpenApiParameter("page", int),
            OpenApiParameter("per_page", int),
        ],
        responses={200: data_of(TermResource, many=True)},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        member = membership(request.user, workspace_id)  # type: ignore[arg-type]
        rows = terms_of(member.workspace_id)
        if part := request.query_params.get("q"):
            # No term has one, and PostgreSQL would refuse the question.
            rows = rows.none() if "\0" in part else rows.filter(folded__contains=fold(part))
        answer = paged(request, rows, shown)
        answer.data["meta"]["version"] = glossary_version(member.workspace_id)
        return answer

    @extend_schema(
        summary="Add a term",
        description="An empty `rendering` keeps the term as it is. Owners and admins.",
        request=TermSerializer,
        responses={201: TermAnswer},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        member = moderator(request.user, workspace_id)  # type: ignore[arg-type]
        row = actions.add_term(scope_id=member.workspace_id, **parsed(TermSerializer, request))
        return Response({"data": shown(row)}, status=201)


class GlossaryTermView(ApiView):
    tag = "Glossary"

    @extend_schema(summary="Change a term", request=TermChangeSerializer, responses={200: TermAnswer})
    def patch(self, request: Request, workspace_id: str, term_id: str) -> Response:
        scope_id = moderator(request.user, workspace_id).workspace_id  # type: ignore[arg-type]
        row = term_in(scope_id, term_id)
        now = {name: getattr(row, name) for name in VALUES}
        changes = parsed(TermChangeSerializer, request)
        return Response({"data": shown(actions.change_term(scope_id=scope_id, term_id=term_id, **now | changes))})

    @extend_schema(summary="Remove a term", responses={204: None})
    def delete(self, request: Request, workspace_id: str, term_id: str) -> Response:
        scope_id = moderator(request.user, workspace_id).workspace_id  # type: ignore[arg-type]
        actions.remove_term(scope_id=scope_id, term_id=term_id)
        return Response(status=204)


class GlossaryImportView(ApiView):
    tag = "Glossary"
    parser_classes = (JSONObjectParser, CSVParser)

    @extend_schema(
        summary="Import terms from CSV",
        description="All or none; a term that is there is changed. The body is the CSV itself, or JSON with `csv`.",
        request={"application/json": ImportSerializer, "text/csv": OpenApiTypes.STR},
        responses={200: data_of(ImportedResource)},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        scope_id = moderator(request.user, workspace_id).workspace_id  # type: ignore[arg-type]
        done = actions.import_terms_csv(scope_id=scope_id, content=parsed(ImportSerializer, request)["csv"])
        return Response({"data": {"added": done.added, "changed": done.changed}})


class GlossaryExportView(ApiView):
    tag = "Glossary"

    @extend_schema(summary="The glossary as CSV", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, workspace_id: str) -> HttpResponse:
        scope_id = membership(request.user, workspace_id).workspace_id  # type: ignore[arg-type]
        answer = HttpResponse(actions.export_terms_csv(scope_id=scope_id), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="glossary.csv"'
        return answer
