"""A file as the contract's JSON."""

from typing import Any

from django.conf import settings

from files.models import File
from rosetta.times import moment


def file(row: File) -> dict[str, Any]:
    base = f"{settings.PUBLIC_URL}/api/v1/files/{row.pk}"
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
        "download_url": f"{base}/download",
        "thumbnail_url": f"{base}/thumbnail" if row.is_image else None,
        "claimed": row.is_claimed,
        "expires_at": moment(row.expires_at),
        "created_at": moment(row.created_at),
    }
