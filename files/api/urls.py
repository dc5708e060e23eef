from files.api import viewsets
from rosetta.http.routers import ApiRouter, SingletonRouter

router = ApiRouter()
router.register("files", viewsets.FileViewSet, basename="file")
router.register("me/files", viewsets.MyFileViewSet, basename="my-file")

singletons = SingletonRouter()
singletons.register("files/<ulid:file_id>", viewsets.FileContentViewSet, basename="file")
singletons.register("me/avatar", viewsets.AvatarViewSet, basename="my-avatar")

urlpatterns = [*router.urls, *singletons.urls]
