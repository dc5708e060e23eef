from django.urls import URLPattern, path

from accounts.api import views
from accounts.api.flavours import flavoured

urlpatterns: list[URLPattern] = [
    path("auth/web/csrf", views.Csrf.as_view()),
    *flavoured("register", views.Register),
    *flavoured("login", views.Login),
    *flavoured("logout", views.Logout),
    path("me", views.Me.as_view()),
]
