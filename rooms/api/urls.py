from django.urls import path

from rooms.api import messages, views
from rosetta.http.routers import ApiRouter

messages_router = ApiRouter()
messages_router.register("external/rooms/<ulid:room_id>/messages", messages.RoomMessageViewSet, basename="room-message")

urlpatterns = [
    path("external/rooms", views.RoomsView.as_view()),
    path("external/rooms/usage", views.UsageView.as_view()),
    path("external/rooms/<ulid:room_id>", views.OneRoomView.as_view()),
    path("external/rooms/<ulid:room_id>/extend", views.ExtendView.as_view()),
    path("external/rooms/<ulid:room_id>/close", views.CloseView.as_view()),
    path("external/rooms/<ulid:room_id>/guests", views.GuestsView.as_view()),
    path("external/rooms/<ulid:room_id>/guests/<ulid:guest_id>", views.GuestView.as_view()),
    *messages_router.urls,
]
