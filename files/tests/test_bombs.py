"""Pictures made to take memory or time.

Measured in a process of its own, for each format that is read.
"""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rest_framework.test import APIClient

from files import tasks, thumbnailer
from files.models import File
from files.tests import bombs, measured
from files.tests.samples import exif_with_place, picture, upload

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded and measured as Linux does")


def outcomes(folder: Path, mode: str, pictures: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    paths = [folder / f"{place}.bin" for place in range(len(pictures))]
    for path, content in zip(paths, pictures.values(), strict=True):
        path.write_bytes(content)
    command = [sys.executable, "-m", measured.__name__, mode, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return dict(zip(pictures, json.loads(done.stdout), strict=True))


def test_pixels_of_every_format_are_counted_without_decoding(tmp_path: Path) -> None:
    results = outcomes(tmp_path, "read", bombs.too_many_pixels())
    assert {name: result["outcome"] for name, result in results.items()} == dict.fromkeys(results, "too many pixels")
    assert {name: result["seconds"] for name, result in results.items() if result["seconds"] > 0.5} == {}


def test_hostile_metadata_takes_bounded_memory_and_time(tmp_path: Path) -> None:
    results = outcomes(tmp_path, "read", bombs.much_metadata())
    assert {result["outcome"] for result in results.values()} <= {
        "64 x 48",
        "no picture",
        "1 x 1",
        "8 x 8",
        "too many pixels",
    }
    assert {name: result["seconds"] for name, result in results.items() if result["seconds"] > 2} == {}


def test_thumbnails_of_hostile_pictures_take_bounded_memory_and_time(tmp_path: Path) -> None:
    small = (63).to_bytes(3, "little") * 2
    exif = Image.Exif()
    exif[0x010F] = "C"
    pictures = {
        **bombs.too_many_pixels(),
        "scans": bombs.scans(20_000),
        "hidden AVIF": bombs.hidden_pixels("AVIF", b"ispe", 8, b"\0\0\0\x40\0\0\0\x40", speed=10),
        "hidden WebP": bombs.hidden_pixels("WEBP", b"VP8X", 12, small, exif=exif),
        "hidden JPEG": bombs.hidden_pixels("JPEG", b"\xff\xc0", 5, b"\0\x40\0\x40"),
    }
    results = outcomes(tmp_path, "thumbnail", pictures)
    assert {name for name, result in results.items() if result["outcome"] == "made"} <= {"hidden JPEG", "hidden AVIF"}
    assert {name: result["peak"] for name, result in results.items() if result["peak"] > 600 * 1024**2} == {}
    assert {name: result["seconds"] for name, result in results.items() if result["seconds"] > 5} == {}


def test_a_decoder_that_exceeds_its_memory_makes_no_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(bombs.real_png(bombs.SIDE, has_colours=True))
    # Measured by a small process, because a child is counted with the memory of the one that starts it.
    code = (
        "import resource, subprocess, sys\n"
        f"command = [sys.executable, '-I', {thumbnailer.__file__!r}, 'PNG', str(10**9), '480']\n"
        f"done = subprocess.run(command, stdin=open({str(path)!r}, 'rb'), capture_output=True)\n"
        "print(len(done.stdout), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120, check=True)
    written, peak = map(int, done.stdout.split())
    assert written == 0
    assert peak <= thumbnailer.MEMORY_BYTES


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ICO of a PNG that decodes", "ICO of a DIB", "WebP", "AVIF", "GIF", "TIFF"])
def test_an_upload_with_too_many_pixels_is_refused_and_nothing_is_left(
    as_member: APIClient, stored: Callable[[], list[Path]], name: str
) -> None:
    body = {"file": upload("picture", bombs.too_many_pixels()[name])}
    answer = as_member.post("/api/v1/files", body, format="multipart", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["The image has too many pixels."]})
    assert not stored()


SECOND = {"save_all": True}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "options", "mime", "size"),
    [
        ("PNG", {}, "image/png", (640, 480)),
        ("PNG", SECOND, "image/apng", (640, 480)),
        ("PNG", {"exif": exif_with_place(orientation=6)}, "image/png", (480, 640)),
        ("JPEG", {}, "image/jpeg", (640, 480)),
        ("JPEG", {"progressive": True, "exif": exif_with_place(orientation=8)}, "image/jpeg", (480, 640)),
        ("MPO", SECOND, "image/jpeg", (640, 480)),
        ("GIF", SECOND, "image/gif", (640, 480)),
        ("WEBP", {}, "image/webp", (640, 480)),
        ("WEBP", {"lossless": True}, "image/webp", (640, 480)),
        ("WEBP", SECOND, "image/webp", (640, 480)),
        ("WEBP", {"exif": exif_with_place(orientation=5)}, "image/webp", (480, 640)),
        ("BMP", {}, "image/bmp", (640, 480)),
        ("TIFF", {}, "image/tiff", (640, 480)),
        ("TIFF", {**SECOND, "compression": "tiff_lzw"}, "image/tiff", (640, 480)),
        ("TIFF", {"exif": exif_with_place(orientation=6)}, "image/tiff", (480, 640)),
        ("AVIF", {}, "image/avif", (640, 480)),
        ("AVIF", SECOND, "image/avif", (640, 480)),
        ("AVIF", {"exif": exif_with_place(orientation=6)}, "image/avif", (480, 640)),
        ("ICO", {"sizes": [(256, 192), (64, 48)]}, "image/x-icon", (256, 192)),
    ],
)
def test_pictures_of_every_format_have_their_size_and_a_thumbnail(
    sent: Callable[..., File],
    as_member: APIClient,
    kind: str,
    options: dict[str, Any],
    mime: str,
    size: tuple[int, int],
) -> None:
    if "save_all" in options:
        options = {**options, "append_images": [Image.new("RGB", (640, 480), (1, 2, 3))]}
    file = sent("picture", picture(kind, (640, 480), **options))
    assert (file.mime_type, (file.width, file.height)) == (mime, size)
    tasks.make_thumbnail(file.pk)  # done by the upload itself where nothing waits
    answer = as_member.get(f"/api/v1/files/{file.pk}/thumbnail")
    assert answer.status_code == 200
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as small:  # type: ignore[attr-defined]
        assert small.format == "WEBP"
        assert small.width / small.height == size[0] / size[1]
