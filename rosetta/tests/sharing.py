"""Which tests share a running service, and so one process of a parallel run, which starts the service once.

Every other test goes to whichever process is free: ``pytest.ini`` says ``--dist=loadgroup``.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest


def keep_together(items: Iterable[pytest.Item], folder: Path) -> None:
    """Give the tests of ``folder`` to one process, but for modules that name a group of their own.

    To be called before xdist reads the marks: from a hook with ``tryfirst``.
    """
    for item in items:
        if folder in item.path.parents and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(folder.parent.name))
