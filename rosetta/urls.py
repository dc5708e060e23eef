"""The URLs of the service."""

from django.contrib import admin
from django.urls import include, path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from rosetta.ids import IntIdConverter, ULIDConverter

register_converter(ULIDConverter, "ulid")
register_converter(IntIdConverter, "int_id")

handler400 = "rosetta.errors.json_400"
handler404 = "web.views.not_found"
handler500 = "rosetta.errors.json_500"

urlpatterns = [
    # First, because most requests go here and Django tries the patterns in order.
    path("api/v1/", include("messaging.api.urls")),
    path("api/v1/", include("workspaces.api.urls")),
    path("admin/", include("accounts.staff.urls")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/", include("realtime.api.document_urls")),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("files.api.urls")),
    path("api/v1/", include("devices.api.urls")),
    path("api/v1/", include("translation.api.urls")),
    path("api/v1/", include("rooms.api.urls")),
    path("api/v1/", include("realtime.api.urls")),
    path("", include("web.urls")),
]
