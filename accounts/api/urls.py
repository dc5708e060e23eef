from accounts.api.viewsets.auth import AppAuthViewSet, WebAuthViewSet
from accounts.api.viewsets.credentials import AccessTokenViewSet, SessionViewSet
from accounts.api.viewsets.email_verification import EmailVerificationViewSet
from accounts.api.viewsets.me import ExportViewSet, MeViewSet
from accounts.api.viewsets.social import AppSocialViewSet, WebSocialViewSet
from rosetta.http.routers import ApiRouter, SingletonRouter

router = ApiRouter()
router.register("auth/app", AppAuthViewSet, basename="app-auth")
router.register("auth/web", WebAuthViewSet, basename="web-auth")
router.register("auth/app/social", AppSocialViewSet, basename="app-social")
router.register("auth/web/social", WebSocialViewSet, basename="web-social")
router.register("auth/email", EmailVerificationViewSet, basename="email")
router.register("me/tokens", AccessTokenViewSet, basename="my-token")
router.register("me/sessions", SessionViewSet, basename="my-session")

singletons = SingletonRouter()
singletons.register("me", MeViewSet, basename="me")
singletons.register("me/export", ExportViewSet, basename="my-export")

urlpatterns = [*router.urls, *singletons.urls]
