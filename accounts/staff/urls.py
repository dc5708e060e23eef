"""Pages that stand before Django's own in admin."""

from django.urls import URLPattern, path

from accounts.staff.pages import password_change

urlpatterns: list[URLPattern] = [path("password_change/", password_change)]
