"""The example of docs/files.md, run as it stands against a live server."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from conftest import SECRET, token_client
from files.tests.samples import picture

PAGE = (settings.BASE_DIR / "docs" / "files.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")
@pytest.mark.django_db(transaction=True)
def test_the_upload_example(live_server: Any, owner: Any, channel: Any, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(picture("JPEG"))
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    token_client(owner)
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "BASE": live_server.url,
            "TOKEN": f"{owner.access_tokens.get().pk}|{SECRET}",
            "MESSAGES": f"workspaces/{channel.workspace_id}/channels/{channel.pk}/messages",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("photo.jpg\ntrue\n", "")
