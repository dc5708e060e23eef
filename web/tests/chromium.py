"""Where a Chromium is, and how one is had.

``python web/tests/chromium.py`` installs Debian's where that is possible.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = ("fonts-roboto-unhinted", "fonts-noto-cjk", "fonts-thai-tlwg", "fonts-noto-color-emoji")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--font-render-hinting=none", "--force-color-profile=srgb"),
]


def find() -> str | None:
    """The path of a Chromium: the variable CHROMIUM's, else one on the PATH."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str | None:
    """Install Debian's where this is root's machine with apt.

    The path of what there is then, or None.
    """
    if find() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("The browser tests need Chromium: installing Debian's (once)\n")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 600}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment, **quiet)  # type: ignore[call-overload]
            line = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", *FONTS]
            subprocess.run(line, check=True, env=environment, **quiet)  # type: ignore[call-overload]
        except (subprocess.SubprocessError, OSError) as error:
            sys.stderr.write(f"Installing Chromium failed: {error}\n")
    return find()


if __name__ == "__main__":
    if install() is None:
        sys.stderr.write("No Chromium here (and no root with apt to install it): the browser tests are skipped.\n")
