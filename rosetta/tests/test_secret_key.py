"""The secret key of embedded mode."""

import stat
from pathlib import Path

from rosetta.processes.secret_key import secret_key_in


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = secret_key_in(path)
    assert len(key) >= 50
    assert secret_key_in(path) == key
    assert secret_key_in(tmp_path / "other") != key


def test_a_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    secret_key_in(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path], "no copy is left beside it"
