"""Sites, as browsers tell them apart when they decide whether a page's requests carry cookies."""

from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def site_of(origin: str) -> tuple[str, str]:
    """Return the scheme and registrable domain of ``origin``.

    Its port and the names below that domain do not count.

    Registrable is one name below a public suffix: ``example.co.uk``, ``me.github.io``. The list of suffixes is the one
    that browsers have, as its package brings it, so that nothing is asked of the network. An address, or a name
    without a registrable domain (``localhost``, a public suffix), is a site of its own.
    """
    parts = urlsplit(origin)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme, host if _is_address(host) else _registrable(host) or host


def is_same_site(origin: str, other: str) -> bool:
    """Tell whether browsers send the cookies of one origin with requests of the other's pages."""
    return origin == other or site_of(origin) == site_of(other)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _registrable(host: str) -> str | None:
    return _suffixes().privatesuffix(host)


@cache
def _suffixes() -> "PublicSuffixList":
    # Loaded when it is asked for, because it takes a third of a second and most installations have one origin.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
