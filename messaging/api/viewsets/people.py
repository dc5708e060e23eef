"""People whom the caller knows: those who share a workspace or a direct conversation."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.identity.callers import caller
from messaging import access, resources
from messaging.api import schemas
from rosetta.http.pagination import PAGING, paged
from rosetta.http.viewsets import ApiViewSet
from workspaces.api.serializers import query_text

NAME_CONTAINS = OpenApiParameter("q", str, description="Only people with this in their name or its reading.")


class PersonViewSet(ApiViewSet):
    tag = "People"
    lookup_url_kwarg: ClassVar[str] = "user_id"
    lookup_value_converter = "int_id"

    @extend_schema(
        operation_id="listPeople",
        summary="List people whom I know",
        description="Those who share a workspace or a direct conversation with the caller, by name.",
        parameters=[NAME_CONTAINS, *PAGING],
        responses={200: schemas.ProfilesAnswer},
    )
    def list(self, request: Request) -> Response:
        people = access.people_known_to(caller(request), query_text(request, "q"))
        return paged(request, people.order_by("name", "pk"), resources.person_profile)

    @extend_schema(
        operation_id="getPerson",
        summary="Show a person",
        description=(
            "Somebody who shares a workspace or a direct conversation with the caller, with the channels that both read: "
            "at most 20 of them, by name."
        ),
        responses={200: schemas.ProfileAnswer},
    )
    def retrieve(self, request: Request, user_id: int) -> Response:
        return Response({"data": resources.person_card(access.person_card(caller(request), user_id))})
