"""Where the service may send requests of its own: public addresses, looked at after DNS and again at every redirect."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.conf import settings

# Public by their number, but answered by a cloud to its own machines, or by a relay to somewhere else.
_INSIDE: Final = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))
# Where the last four bytes are an IPv4 address that a gateway goes on to.
_NAT64: Final[tuple[IPv6Network, ...]] = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE: Final = ip_network("::/96")
RESOLVE_SECONDS = 5


class Refused(Exception):
    """An address that no request goes to; its text is for the delivery's log."""


def is_public(raw: str) -> bool:
    """Whether ``raw`` is an IP address on the public internet, whatever it is wrapped in."""
    try:
        address = ip_address(raw.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return is_public(str(inner))
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return address.is_global and not any(address in network for network in _INSIDE)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return IPv4Address(address.packed[-4:])
    return None


def is_allowed(raw: str) -> bool:
    return bool(settings.WEBHOOKS_ALLOW_PRIVATE) or is_public(raw)


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host``, all of which a request may go to. Raises Refused."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise Refused("The host's name could not be resolved.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    # One private address among public ones is a trap, not a choice.
    if not addresses or not all(is_allowed(one) for one in addresses):
        raise Refused("The host has an address that is not on the public internet.")
    return addresses


def is_refused_literally(host: str) -> bool:
    """Whether ``host`` is refused by its look alone, without asking DNS: a private address, or a name that means one."""
    if settings.WEBHOOKS_ALLOW_PRIVATE:
        return False
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ip_address(name)
    except ValueError:
        return _is_private_number(name)
    return not is_public(name)


def _is_private_number(name: str) -> bool:
    """Whether ``name`` is a private IPv4 address as the resolver takes it: ``127.1``, ``2130706433``, ``0x7f.1``."""
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except OSError:
        return False
