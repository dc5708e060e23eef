"""A workspace's glossary: terms that are never translated, or always translated in the same way."""

from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, parsers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import resources
from messaging.api import schemas, serializers
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.parsers import JSONObjectParser, read_body
from rosetta.http.viewsets import ApiViewSet
from translation import actions
from translation.access import glossary_version, term_in, terms_of
from translation.glossary import proposals
from translation.models import fold
from workspaces.access import membership, moderator


class CSVParser(parsers.BaseParser):
    """Read a UTF-8 text of at most 1 MiB, as ``{"csv": text}``."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        raw = read_body(stream)
        try:
            return {"csv": raw.decode("utf-8-sig")}
        except UnicodeDecodeError:
            raise exceptions.ParseError("The request body is not UTF-8.") from None


class TermProposalViewSet(ApiViewSet):
    tag = "Glossary"
    lookup_url_kwarg: ClassVar[str] = "proposal_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listTermProposals",
        summary="List the terms that corrections propose",
        description="A rendering that was corrected in the same way in three texts. For owners and admins.",
        parameters=PAGING,
        responses={200: schemas.TermProposalsAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        scope_id = moderator(caller(request), workspace_id).workspace_id
        return paged(request, proposals.open_proposals(scope_id), resources.term_proposal)

    @extend_schema(
        operation_id="acceptTermProposal",
        summary="Add a proposed term to the glossary",
        description="As proposed, or with another `term` or `rendering`. For owners and admins.",
        request=serializers.AcceptedTermSerializer,
        responses={201: schemas.TermAnswer},
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, workspace_id: str, proposal_id: str) -> Response:
        scope_id = moderator(caller(request), workspace_id).workspace_id
        fields = parsed(serializers.AcceptedTermSerializer, request)
        term = proposals.accept(scope_id=scope_id, proposal_id=proposal_id, **fields)
        return Response({"data": resources.glossary_term(term)}, status=201)

    @extend_schema(
        operation_id="dismissTermProposal",
        summary="Dismiss a proposed term",
        description="It is not proposed again. For owners and admins.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, proposal_id: str) -> Response:
        proposals.dismiss(scope_id=moderator(caller(request), workspace_id).workspace_id, proposal_id=proposal_id)
        return Response(status=204)


class GlossaryTermViewSet(ApiViewSet):
    tag = "Glossary"
    lookup_url_kwarg: ClassVar[str] = "term_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listGlossaryTerms",
        summary="List the glossary of a workspace",
        description="For every member. `meta.version` grows with each change of the glossary.",
        parameters=[OpenApiParameter("q", str, description="Only terms that contain this text."), *PAGING],
        responses={200: schemas.TermsAnswer},
    )
    def list(self, request: Request, workspace_id: str) -> Response:
        member = membership(caller(request), workspace_id)
        terms = terms_of(member.workspace_id)
        if part := request.query_params.get("q"):
            terms = terms.filter(folded__contains=fold(part))
        answer = paged(request, terms, resources.glossary_term)
        answer.data["meta"]["version"] = glossary_version(member.workspace_id)
        return answer

    @extend_schema(
        operation_id="addGlossaryTerm",
        summary="Add a term to a glossary",
        description="An empty `rendering` keeps the term untranslated. For owners and admins.",
        request=serializers.TermSerializer,
        responses={201: schemas.TermAnswer},
    )
    def create(self, request: Request, workspace_id: str) -> Response:
        member = moderator(caller(request), workspace_id)
        term = actions.add_term(scope_id=member.workspace_id, **parsed(serializers.TermSerializer, request))
        return Response({"data": resources.glossary_term(term)}, status=201)

    @extend_schema(
        operation_id="updateGlossaryTerm",
        summary="Change a term of a glossary",
        description="Fields that are left out stay as they are. For owners and admins.",
        request=serializers.TermChangeSerializer,
        responses={200: schemas.TermAnswer},
    )
    def partial_update(self, request: Request, workspace_id: str, term_id: str) -> Response:
        scope_id = moderator(caller(request), workspace_id).workspace_id
        term = term_in(scope_id, term_id)
        current = {name: getattr(term, name) for name in resources.TERM_FIELDS}
        changes = parsed(serializers.TermChangeSerializer, request)
        term = actions.change_term(scope_id=scope_id, term_id=term_id, **current | changes)
        return Response({"data": resources.glossary_term(term)})

    @extend_schema(
        operation_id="deleteGlossaryTerm",
        summary="Delete a term from a glossary",
        description="Messages that are translated from then on no longer follow it. For owners and admins.",
        responses={204: None},
    )
    def destroy(self, request: Request, workspace_id: str, term_id: str) -> Response:
        scope_id = moderator(caller(request), workspace_id).workspace_id
        actions.remove_term(scope_id=scope_id, term_id=term_id)
        return Response(status=204)

    @extend_schema(
        operation_id="importGlossaryTerms",
        summary="Import glossary terms from CSV",
        description=(
            "Imports all terms or none; a term that exists is changed. The body is the CSV itself, or JSON with `csv`. "
            "For owners and admins."
        ),
        request={"application/json": serializers.ImportSerializer, "text/csv": OpenApiTypes.STR},
        responses={200: schemas.ImportedAnswer},
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        parser_classes=(JSONObjectParser, CSVParser),
    )
    def import_csv(self, request: Request, workspace_id: str) -> Response:
        scope_id = moderator(caller(request), workspace_id).workspace_id
        csv = parsed(serializers.ImportSerializer, request)["csv"]
        imported = actions.import_terms_csv(scope_id=scope_id, content=csv)
        return Response({"data": {"added": imported.added, "changed": imported.changed}})

    @extend_schema(
        operation_id="exportGlossaryTerms",
        summary="Export the glossary as CSV",
        description="For every member. The file can be imported again.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    @action(detail=False, methods=["get"], url_path="export", url_name="export")
    def export_csv(self, request: Request, workspace_id: str) -> HttpResponse:
        scope_id = membership(caller(request), workspace_id).workspace_id
        answer = HttpResponse(actions.export_terms_csv(scope_id=scope_id), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="glossary.csv"'
        return answer
