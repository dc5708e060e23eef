from django.urls import path

from devices.api import views

urlpatterns = [
    path("devices", views.DevicesView.as_view()),
    path("devices/<ulid:device_id>", views.DeviceView.as_view()),
    path("me/devices", views.MyDevicesView.as_view()),
    path("me/notifications", views.MyNotificationsView.as_view()),
]
