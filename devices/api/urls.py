from devices.api import viewsets
from rosetta.http.routers import ApiRouter, SingletonRouter

router = ApiRouter()
router.register("devices", viewsets.DeviceViewSet, basename="device")
router.register("me/devices", viewsets.MyDeviceViewSet, basename="my-device")

singletons = SingletonRouter()
singletons.register("me/notifications", viewsets.PushPreferenceViewSet, basename="my-notifications")

urlpatterns = [*router.urls, *singletons.urls]
