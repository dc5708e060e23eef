"""The secret key of embedded mode: made once, readable by its owner alone."""

import os
import secrets
from pathlib import Path


def secret_key_in(path: Path) -> str:
    """Return the key in ``path``, which is made when missing.

    Safe when two processes start at once.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # fails if another process was first, and so never replaces its key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
