"""The embedded mode's secret key: made once, readable by its owner alone."""

import os
import secrets
from pathlib import Path


def secret_key_in(path: Path) -> str:
    """The key in ``path``, made there when missing; two processes that start at once agree on one."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # fails where another process was first, and so never replaces its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
