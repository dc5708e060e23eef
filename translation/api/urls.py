from rosetta.http.routers import SingletonRouter
from translation.api import viewsets

singletons = SingletonRouter()
singletons.register("translation/status", viewsets.TranslationStatusViewSet, basename="translation-status")

urlpatterns = singletons.urls
