"""Admin pages that replace Django's own."""

from django.urls import URLPattern, path

from accounts.staff.pages import password_change

urlpatterns: list[URLPattern] = [path("password_change/", password_change)]
