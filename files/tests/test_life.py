"""A file's life: claimed once, or swept on time.

Bytes and rows end together whatever crashes when.
"""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import close_old_connections, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.actions.deletion import delete_account, erase
from accounts.actions.export import build_export, request_export
from accounts.models import User
from conftest import PASSWORD
from files import storage, tasks
from files.actions import delete, thumbnails
from files.actions.claim import claim
from files.errors import FileInUse
from files.models import File, Removal
from files.tests.audit import agree
from files.tests.samples import exif_with_place, picture, upload
from rosetta.errors import Invalid
from rosetta.ids import new_ulid

pytestmark = pytest.mark.django_db

postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL's row locks")


def refused_fields(file_ids: list[str], user: User | None) -> list[str]:
    """Claim, and return the fields that were refused."""
    try:
        claim(file_ids=file_ids, uploader=user, workspace_id=None)
    except Invalid as refusal:
        return list(refusal.errors)
    return []


def test_claimed_files_no_longer_expire_and_are_returned_in_order(sent: Callable[..., File], member_user: User) -> None:
    ids = [sent().pk, sent().pk]
    claimed = claim(file_ids=[ids[1].upper(), ids[0]], uploader=member_user, workspace_id=None)
    assert [file.pk for file in claimed] == [ids[1], ids[0]]
    for file in File.objects.all():
        assert file.is_claimed
        assert file.expires_at is None


def test_a_claim_names_every_unavailable_file_and_claims_none(
    sent: Callable[..., File], member_user: User, as_owner: APIClient
) -> None:
    mine, late, hers, taken = sent(), sent(), sent(client=as_owner), sent()
    File.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    assert refused_fields([taken.pk], member_user) == []
    asked = [mine.pk, mine.pk, late.pk, hers.pk, taken.pk, new_ulid(), "nonsense"]
    assert refused_fields(asked, member_user) == [f"attachment_ids.{place}" for place in range(1, 7)]
    assert not File.objects.get(pk=mine.pk).is_claimed


def test_a_file_without_an_owner_cannot_be_claimed(settings: Settings, member_user: User) -> None:
    settings.FILES_ALLOW_ANONYMOUS = True
    data = APIClient().post("/api/v1/files", {"file": upload()}, format="multipart").json()["data"]
    assert refused_fields([data["id"]], member_user) == ["attachment_ids.0"]
    assert refused_fields([data["id"]], None) == ["attachment_ids.0"]


def test_a_claim_costs_two_queries_whatever_the_number(sent: Callable[..., File], member_user: User) -> None:
    files = [sent().pk for _ in range(11)]
    for ids in (files[:1], files[1:]):
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            claim(file_ids=ids, uploader=member_user, workspace_id=None)
        assert len([one for one in seen if "SAVEPOINT" not in one["sql"]]) == 2


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_one_of_eight_concurrent_claims_succeeds(sent: Callable[..., File], member_user: User) -> None:
    file = sent()

    def try_it(_: int) -> list[str]:
        try:
            return refused_fields([file.pk], member_user)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(try_it, range(8)))
    assert sorted(outcomes) == [[]] + [["attachment_ids.0"]] * 7


def test_a_claimed_file_is_not_deleted_until_it_is_released(
    sent: Callable[..., File], as_member: APIClient, member_user: User, stored: Callable[[], list[Path]]
) -> None:
    file = sent()
    claim(file_ids=[file.pk], uploader=member_user, workspace_id=None)
    answer = as_member.delete(f"/api/v1/files/{file.pk}")
    assert (answer.status_code, answer.json()["errors"]) == (409, {"code": ["file_in_use"]})
    with pytest.raises(FileInUse):
        delete.delete_file(file=file)
    delete.release(files=[File.objects.get(pk=file.pk)])
    assert as_member.get(f"/api/v1/files/{file.pk}").status_code == 404
    tasks.remove_pending()
    assert not stored()
    gone = File.objects.get(pk=file.pk)
    assert gone.deleted_at is not None
    assert gone.client_name == ""


def test_an_unclaimed_file_is_deleted_when_it_expires_row_and_bytes(
    sent: Callable[..., File], member_user: User, stored: Callable[[], list[Path]]
) -> None:
    kept, claimed, due = sent(content=b"1"), sent(content=b"2"), sent(content=b"3")
    claim(file_ids=[claimed.pk], uploader=member_user, workspace_id=None)
    File.objects.filter(pk=due.pk).update(expires_at=timezone.now())
    assert tasks.expire_files() == 1
    assert set(File.objects.values_list("pk", flat=True)) == {kept.pk, claimed.pk}
    assert sorted(path.read_bytes() for path in stored()) == [b"1", b"2"]
    assert not Removal.objects.exists()


def test_the_sweep_deletes_in_bounded_batches(member_user: User) -> None:
    for _ in range(5):
        File.objects.create(owner_user=member_user, storage_name=new_ulid(), size=1, expires_at=timezone.now())
    assert [delete.expire_unclaimed(batch=2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.fixture
def dying_process(folder: Path, settings: Settings) -> Iterator[Callable[[str], None]]:
    """Runs Python in a process of its own, on this test's database and folder, which ends itself on the way."""
    name = connection.settings_dict["NAME"]
    if connection.vendor != "postgresql" and "memory" in str(name):
        pytest.skip("another process cannot see a database in memory")

    def run(code: str) -> None:
        setup = (
            "import os, django\n"
            "from django.conf import settings\n"
            f"settings.DATABASES['default']['NAME'] = {str(name)!r}\n"
            f"settings.STORAGES['default']['OPTIONS']['location'] = {str(folder / 'files')!r}\n"
            f"settings.FILES_SPOOL_DIR = __import__('pathlib').Path({str(folder / 'spool')!r})\n"
            "django.setup()\n"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "rosetta.settings"}
        done = subprocess.run([sys.executable, "-c", setup + code], env=environment, capture_output=True, timeout=60)
        assert done.returncode == 9, done.stderr.decode()

    yield run
    close_old_connections()


UPLOAD = (
    "from files import storage\nfrom files.actions import upload as uploading\n"
    "from files.spool import Spooled\n"
    "from accounts.models import User\n"
    "spooled = Spooled(); spooled.begin('a.txt'); spooled.write(b'hello'); spooled.finish()\n"
    "upload = lambda: uploading.store_upload(spooled=spooled, uploader=User.objects.get(), visibility='private', meta={})\n"
)


AFTER_THE_BYTES = "real = storage.keep\nstorage.keep = lambda *a: (real(*a), os._exit(9))\nupload()\n"
BEFORE_THE_ROW = "uploading._insert = lambda file: os._exit(9)\nupload()\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", [AFTER_THE_BYTES, BEFORE_THE_ROW])
def test_bytes_of_an_upload_that_crashed_are_removed_later(
    dying_process: Callable[[str], None], member_user: User, stored: Callable[[], list[Path]], moment: str
) -> None:
    dying_process(UPLOAD + moment)
    assert len(stored()) == 1
    assert not File.objects.exists()
    assert agree()  # under way, as far as anybody can tell
    Removal.objects.update(due_at=timezone.now() - timedelta(hours=2))
    assert not agree()
    tasks.remove_pending()
    assert not stored()
    assert agree()


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_crashed_between_row_and_bytes_is_repeated(
    dying_process: Callable[[str], None], sent: Callable[..., File], stored: Callable[[], list[Path]]
) -> None:
    file = sent()
    File.objects.filter(pk=file.pk).update(expires_at=timezone.now())
    dying_process("from files import storage, tasks\nstorage.remove = lambda name: os._exit(9)\ntasks.expire_files()\n")
    assert not File.objects.exists()
    assert len(stored()) == 1
    Removal.objects.update(due_at=timezone.now())  # its lease runs out
    assert tasks.remove_pending() == 1
    assert not stored()
    assert agree()


def test_an_upload_that_outlived_its_lease_is_refused_whole(
    as_member: APIClient, stored: Callable[[], list[Path]], settings: Settings
) -> None:
    options = settings.STORAGES["default"]["OPTIONS"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "files.tests.slow.SlowStorage", "OPTIONS": options},
    }
    answer = as_member.post("/api/v1/files", {"file": upload()}, format="multipart")
    assert answer.status_code == 503
    assert not stored()
    assert not File.objects.exists()


def test_the_audit_finds_and_repairs_differences(
    sent: Callable[..., File], member_user: User, folder: Path, stored: Callable[[], list[Path]]
) -> None:
    assert agree()
    (folder / "files/uploads/zz").mkdir(parents=True)
    (folder / "files/uploads/zz/stray").write_bytes(b"x")
    unheld = sent()
    claim(file_ids=[unheld.pk], uploader=member_user, workspace_id=None)
    told = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("files_audit", stdout=told)
    assert told.getvalue().splitlines() == [
        "uploads/zz/stray: in storage without a row",
        f"{unheld.pk}: claimed, but no message has it",
    ]
    call_command("files_audit", fix=True, stdout=io.StringIO())
    assert agree()
    assert not stored()
    lost = sent()
    stored()[0].unlink()
    assert not agree()
    delete.delete_file(file=lost)
    tasks.remove_pending()
    assert agree()


def test_storage_that_fails_is_a_503_and_nothing_is_left(
    as_member: APIClient, folder: Path, stored: Callable[[], list[Path]]
) -> None:
    (folder / "files").write_bytes(b"")  # a file where the folder should be
    answer = as_member.post("/api/v1/files", {"file": upload()}, format="multipart")
    assert (answer.status_code, answer.json()) == (503, {"message": "File storage is not available."})
    (folder / "files").unlink()
    Removal.objects.update(due_at=timezone.now())
    tasks.remove_pending()
    assert not stored()
    assert not Removal.objects.exists()
    assert not File.objects.exists()


def test_a_disk_that_cannot_take_the_upload_is_a_503(
    as_member: APIClient, folder: Path, stored: Callable[[], list[Path]]
) -> None:
    (folder / "spool").write_bytes(b"")
    answer = as_member.post("/api/v1/files", {"file": upload()}, format="multipart")
    assert answer.status_code == 503
    assert len(stored()) == 1  # the obstacle itself


def test_deleting_an_account_deletes_files_that_no_message_holds(sent: Callable[..., File], member_user: User) -> None:
    held, loose = sent(), sent()
    claim(file_ids=[held.pk], uploader=member_user, workspace_id=None)
    delete_account(user=member_user, password=PASSWORD)
    erase(user_id=member_user.pk)
    assert File.objects.get(pk=loose.pk).deleted_at
    assert not File.objects.get(pk=held.pk).deleted_at


def test_an_export_has_the_files(sent: Callable[..., File], member_user: User) -> None:
    file = sent("報告.txt", b"hello")
    export = request_export(user=member_user)
    build_export(export_id=export.pk)
    export.refresh_from_db()
    with storage.read(export.file) as source, ZipFile(source) as archive:
        assert archive.read(f"files/{file.pk}-報告.txt") == b"hello"
    assert agree()


def test_a_thumbnail_has_no_location_data(
    sent: Callable[..., File], as_member: APIClient, stored: Callable[[], list[Path]]
) -> None:
    file = sent("a.jpg", picture("JPEG", (2000, 1000), exif=exif_with_place(orientation=6)))
    url = f"/api/v1/files/{file.pk}/thumbnail"
    assert as_member.get(url).status_code == 404
    assert tasks.sweep_thumbnails() == 1
    assert tasks.sweep_thumbnails() == 0
    answer = as_member.get(url)
    assert answer["Content-Type"] == "image/webp"
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as small:
        assert small.size == (240, 480)
        assert not small.getexif()
    as_member.delete(f"/api/v1/files/{file.pk}")
    tasks.remove_pending()
    assert not stored()


def test_a_picture_that_cannot_be_decoded_gets_no_thumbnail(sent: Callable[..., File]) -> None:
    file = sent("a.png", picture()[:60])
    assert file.is_image
    assert tasks.make_thumbnail(file.pk) is False
    assert File.objects.get(pk=file.pk).thumbnail_due_at is None
    assert tasks.make_thumbnail(new_ulid()) is False


def test_a_thumbnail_whose_worker_keeps_dying_is_given_up(sent: Callable[..., File]) -> None:
    file = sent("a.png", picture())
    for _ in range(thumbnails.MAX_ATTEMPTS):
        assert thumbnails._lease(file.pk)
        assert thumbnails._lease(file.pk) is None
        File.objects.filter(pk=file.pk).update(thumbnail_due_at=timezone.now())
    assert thumbnails.make_thumbnail(file_id=file.pk) is False
    assert File.objects.get(pk=file.pk).thumbnail_due_at is None
