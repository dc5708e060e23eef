"""Decide to which of the addresses that clients name the service may send requests.

Public ones, checked after DNS and at every redirect. ``allow_private``: any, because the operator wants it.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

# Global by their range, but served by a cloud to its own machines, by a relay to other networks, or by nobody.
_NOT_PUBLIC: Final = (
    ip_network("168.63.129.16/32"),
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    ip_network("3fff::/20"),
)
# The one block from which public IPv6 addresses are assigned; all special ones outside it are not public.
_GLOBAL_UNICAST: Final = ip_network("2000::/3")
# The last four bytes are an IPv4 address that a NAT64 gateway forwards to. The local-use prefix 64:ff9b:1::/48 is not here:
# only its own network knows where it leads.
_NAT64: Final = ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ip_network("::/96")
RESOLVE_SECONDS = 5


class AddressRefused(Exception):
    """No request may go to this address; the text is shown in logs."""


def is_public(raw: str) -> bool:
    """Return whether ``raw`` is an IP address on the public internet, looking into IPv4 addresses embedded in IPv6."""
    try:
        address = ip_address(raw.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        embedded = _embedded_ipv4(address)
        if embedded is not None:
            return is_public(str(embedded))
        if address not in _GLOBAL_UNICAST or address.sixtofour is not None or address.teredo is not None:
            return False
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _COMPATIBLE or address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return None


async def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the IP addresses of ``host``.

    Raises AddressRefused unless a request may go to all of them.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            entries = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise AddressRefused("The host's name could not be resolved.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
    # A private address among public ones is an attack (DNS rebinding), so it refuses them all.
    if not addresses or not (allow_private or all(map(is_public, addresses))):
        raise AddressRefused("The host has an address that is not on the public internet.")
    return addresses


def is_refused_by_form(host: str) -> bool:
    """Return whether ``host`` is, without asking DNS, a private address or a name that means one."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ip_address(name)
    except ValueError:
        return _is_private_number(name)
    return not is_public(name)


def _is_private_number(name: str) -> bool:
    """Return whether a resolver reads ``name`` as a private IPv4 address.

    ``127.1``, ``2130706433``, ``0x7f.1``.
    """
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except (OSError, ValueError):  # ValueError: a null character
        return False
