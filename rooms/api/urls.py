from django.urls import path

from rooms.api import views, viewsets
from rosetta.http.routers import ApiRouter

router = ApiRouter()
router.register("external/rooms", viewsets.TemporaryRoomViewSet, basename="temporary-room")
router.register("external/rooms/<ulid:room_id>/guests", viewsets.RoomGuestViewSet, basename="temporary-room-guest")

urlpatterns = [
    *router.urls,
    path("external/rooms/<ulid:room_id>/messages", views.GuestMessagesView.as_view(), name="temporary-room-messages"),
]
