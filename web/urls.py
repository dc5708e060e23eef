"""The web client's addresses: one page for all of them."""

from django.urls import URLPattern, path

from web import views

urlpatterns: list[URLPattern] = [
    path("", views.client, name="client"),
    path("w/<path:place>", views.client),
    path("rooms/<str:room_id>", views.client),
    path("rooms/<str:room_id>/embed", views.embedded_room),
    path("invites/<str:token>", views.client),
    path("reset-password", views.client),
    path("auth/<slug:provider>/callback", views.provider_callback),
]
