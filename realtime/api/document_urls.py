"""The AsyncAPI document, beside the OpenAPI one and not below a version of the API."""

from realtime.api import viewsets
from rosetta.http.routers import SingletonRouter

router = SingletonRouter()
router.register("asyncapi", viewsets.AsyncApiViewSet, basename="asyncapi")

urlpatterns = router.urls
