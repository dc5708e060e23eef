from rooms.api import messages, viewsets
from rosetta.http.routers import ApiRouter

router = ApiRouter()
router.register("external/rooms", viewsets.TemporaryRoomViewSet, basename="temporary-room")
router.register("external/rooms/<ulid:room_id>/guests", viewsets.RoomGuestViewSet, basename="temporary-room-guest")
router.register("external/rooms/<ulid:room_id>/messages", messages.RoomMessageViewSet, basename="room-message")

urlpatterns = router.urls
