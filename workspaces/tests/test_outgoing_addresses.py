"""Where outgoing webhooks never lead.

This machine, networks that are not public, and names that change their mind.
"""

import socket
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from rosetta.http.addresses import is_public, is_refused_by_form
from workspaces.models import (
    Channel,
)
from workspaces.tasks import deliver_webhooks
from workspaces.tests.receiver import Receiver, happen, log, subscribe


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.192", "198.18.0.1",
        "168.63.129.16", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1", "64:ff9b:1::808:808", "64:ff9b:1:808:8:800::", "64:ff9b:2::1", "2002:7f00:1::", "2001::1",
        "2001:db8::1", "3fff::1", "5f00::1", "100::1", "100:0:0:1::1", "4000::1", "fe00::1", "nonsense",
    ],
)  # fmt: skip
def test_an_address_that_is_not_on_the_public_internet_is_none(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_an_address_on_the_public_internet_is_one(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST.", "api.localhost", "printer.local", "metadata.google.internal", "127.0.0.1", "127.1",
        "2130706433", "0x7f000001", "0177.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b:1::1", "0",
    ],
)  # fmt: skip
def test_a_host_is_refused_by_its_form(host: str) -> None:
    assert is_refused_by_form(host)


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com", "8.8.8.8", "134744072", "2606:4700:4700::1111", "internal.example"]
)
def test_other_hosts_are_left_to_dns(host: str) -> None:
    assert not is_refused_by_form(host)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001"])
def test_a_host_that_resolves_to_this_machine_gets_nothing(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Settings, host: str
) -> None:
    made = subscribe(as_owner, base, receiver.url.replace("127.0.0.1", host), "reaction.added")
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    happen(channel)
    deliver_webhooks()
    assert receiver.requests == []
    [row] = log(as_owner, base, made)
    assert "not on the public internet" in row["error"]


def test_a_name_is_asked_for_once_and_the_connection_goes_to_what_was_looked_at(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers with another address the second time is not asked a second time."""
    asked = []

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    made = subscribe(as_owner, base, receiver.url.replace("127.0.0.1", "rebinding.example.com"), "reaction.added")
    happen(channel)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    deliver_webhooks()
    assert asked.count("rebinding.example.com") == 1
    [(_, headers, _)] = receiver.requests
    assert headers["host"].startswith("rebinding.example.com:")
    assert log(as_owner, base, made)[0]["status"] == "succeeded"


def test_a_name_with_one_private_address_among_public_ones_gets_nothing(
    as_owner: APIClient,
    base: str,
    receiver: Receiver,
    channel: Channel,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("8.8.8.8", "127.0.0.1")]

    made = subscribe(as_owner, base, receiver.url.replace("127.0.0.1", "mixed.example.com"), "reaction.added")
    happen(channel)
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    deliver_webhooks()
    assert receiver.requests == []
    assert "not on the public internet" in log(as_owner, base, made)[0]["error"]


def test_a_redirect_is_followed_with_the_body_and_looked_at_again(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, settings: Settings
) -> None:
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    receiver.answers = [(307, {"location": "/moved"}, ""), (200, {}, "")]
    happen(channel)
    deliver_webhooks()
    assert [path for path, _, _ in receiver.requests] == ["/hook", "/moved"]
    assert receiver.requests[0][2] == receiver.requests[1][2]
    # From here on the first address is the last one that counts as public.
    receiver.requests.clear()
    receiver.answers = [(302, {"location": "/inside"}, "")]
    receiver.before_answer = lambda: setattr(settings, "WEBHOOKS_ALLOW_PRIVATE", False)
    happen(channel)
    deliver_webhooks()
    assert [path for path, _, _ in receiver.requests] == ["/hook"]
    assert "not on the public internet" in log(as_owner, base, made)[0]["error"]


@pytest.mark.parametrize("location", ["/again", "file:///etc/passwd", "gopher://127.0.0.1/", "http://a:b@127.0.0.1/"])
def test_redirects_lead_nowhere_else(
    as_owner: APIClient, base: str, receiver: Receiver, channel: Channel, location: str
) -> None:
    made = subscribe(as_owner, base, receiver.url, "reaction.added")
    receiver.answers = [(302, {"location": location}, "")]
    happen(channel)
    deliver_webhooks()
    [row] = log(as_owner, base, made)
    assert (row["status"], row["response_status"]) == ("pending", None)
    assert len(receiver.requests) == (4 if location == "/again" else 1)
