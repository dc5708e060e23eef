"""Routers for the API's paths.

Path converters, no trailing slash, every URL named.

A nested resource is registered with its parents in its prefix: ``workspaces/<ulid:workspace_id>/channels``.
"""

from typing import Any

from rest_framework.routers import DynamicRoute, Route, SimpleRouter


class ApiRouter(SimpleRouter):
    """Route a collection and its items: ``prefix`` and ``prefix/<id>``.

    The viewset's ``lookup_url_kwarg`` and ``lookup_value_converter`` say how an item is named.
    """

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)  # type: ignore[call-arg]  # newer than the stubs


class SingletonRouter(ApiRouter):
    """Route a resource of which there is one below its prefix, such as ``me`` or a conversation's ``pins``."""

    routes = [
        Route(
            url=r"{prefix}",
            mapping={
                "get": "retrieve",
                "post": "create",
                "put": "update",
                "patch": "partial_update",
                "delete": "destroy",
            },
            name="{basename}",
            detail=True,
            initkwargs={},
        ),
        DynamicRoute(url=r"{prefix}/{url_path}", name="{basename}-{url_name}", detail=False, initkwargs={}),
        DynamicRoute(url=r"{prefix}/{url_path}", name="{basename}-{url_name}", detail=True, initkwargs={}),
    ]

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        return ""
