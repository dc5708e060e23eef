"""The example of docs/files.md, run as it stands against a live server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.tests.factories import AccessTokenFactory
from files.tests.samples import picture
from workspaces.models import Channel

PAGE = (settings.BASE_DIR / "docs" / "files.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")
@pytest.mark.django_db(transaction=True)
def test_the_documented_upload_example_works(
    live_server: LiveServer, owner: User, channel: Channel, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(picture("JPEG"))
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "BASE": live_server.url,
            "TOKEN": AccessTokenFactory.create(user=owner).shown,
            "MESSAGES": f"workspaces/{channel.workspace_id}/channels/{channel.pk}/messages",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("photo.jpg\ntrue\n", "")
