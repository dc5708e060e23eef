"""The web client's addresses, which all serve the same page."""

from django.urls import URLPattern, path

from web import installable, views

urlpatterns: list[URLPattern] = [
    path("", views.client, name="client"),
    path("w/<path:place>", views.client),
    path("rooms/<str:room_id>", views.client),
    path("rooms/<str:room_id>/embed", views.embedded_room),
    path("invites/<str:token>", views.client),
    path("reset-password", views.client),
    path("share", views.client),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("service-worker.js", installable.service_worker, name="service-worker"),
    path("auth/<slug:provider>/callback", views.provider_callback),
    # Browsers ask for these without being told of them.
    path("favicon.ico", views.icon, {"name": "favicon.ico"}, name="favicon"),
    path("apple-touch-icon.png", views.icon, {"name": "apple-touch-icon.png"}, name="apple-touch-icon"),
    path("apple-touch-icon-precomposed.png", views.icon, {"name": "apple-touch-icon.png"}),
]
