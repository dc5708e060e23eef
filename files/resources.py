"""Present files as the API's JSON."""

from typing import Any

from files.models import File
from rosetta.http.links import link_to
from rosetta.times import moment


def file(row: File) -> dict[str, Any]:
    return {
        "id": row.pk,
        "client_name": row.client_name,
        "mime_type": row.mime_type,
        "size": row.size,
        "sha256": row.sha256,
        "width": row.width,
        "height": row.height,
        "visibility": row.visibility,
        "meta": row.meta,
        "download_url": link_to("file-download", file_id=row.pk),
        "thumbnail_url": link_to("file-thumbnail", file_id=row.pk) if row.is_image else None,
        "claimed": row.is_claimed,
        "expires_at": moment(row.expires_at),
        "created_at": moment(row.created_at),
    }
