from django.urls import path

from files.api import views

urlpatterns = [
    path("files", views.UploadView.as_view()),
    path("files/<ulid:file_id>", views.OneFileView.as_view()),
    path("files/<ulid:file_id>/download", views.DownloadView.as_view()),
    path("files/<ulid:file_id>/thumbnail", views.ThumbnailView.as_view()),
    path("me/avatar", views.AvatarView.as_view()),
    path("me/files", views.MyFilesView.as_view()),
]
