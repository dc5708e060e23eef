"""The addresses of Redis and of the broker: what is taken, what Celery is told, what is refused."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from rosetta.redis.address import celery_broker, read_broker, read_redis, sentinels


def broker(monkeypatch: pytest.MonkeyPatch, raw: str) -> str:
    monkeypatch.setenv("BROKER_URL", raw)
    return read_broker("BROKER_URL", "")


def test_a_sentinel_address_names_several_hosts_and_the_primary() -> None:
    found = sentinels("rediss+sentinel://chat:p%40ss@h1:1,[::1],h3:3/first/4?sentinel_password=hush")
    assert found.hosts == (("h1", 1), ("::1", 26379), ("h3", 3))
    assert (found.service, found.database, found.is_encrypted) == ("first", 4, True)
    assert found.login == {"username": "chat", "password": "p@ss"}
    assert found.sentinel_login == {"password": "hush"}
    assert sentinels("redis+sentinel://h").service == "mymaster"


def test_celery_is_told_all_sentinels_the_primary_and_the_passwords() -> None:
    address = "rediss+sentinel://:p%2Fw@h1:1,h2:2/first/4?sentinel_password=hush"
    url, options, use_ssl = celery_broker(address, "chat")
    assert url == "sentinel://:p%2Fw@h1:1/4;sentinel://:p%2Fw@h2:2/4"
    assert (options["master_name"], options["sentinel_kwargs"]["password"]) == ("first", "hush")
    assert options["global_keyprefix"] == "chat:"
    assert use_ssl == {"ssl_cert_reqs": "required"}


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("unix://:pw@/run/redis.sock", "redis+socket://:pw@/run/redis.sock?virtual_host=0"),
        ("redis://h:1/2", "redis://h:1/2"),
        ("AMQPS://u:p@h1/chat;amqps://u:p@h2/chat", "amqps://u:p@h1/chat;amqps://u:p@h2/chat"),
    ],
)
def test_celery_is_told_sockets_and_lists_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, address: str, url: str
) -> None:
    assert celery_broker(broker(monkeypatch, address), "rosetta").url == url


@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        ("http://h", "write an address that starts with redis:// or rediss:// or redis+sentinel://"),
        ("redis+sentinel://:hush@h1,,h2/chat", "write redis+sentinel://host1:26379,host2:26379/mymaster/0"),
        ("redis+sentinel://:hush@h1/chat/x", "write redis+sentinel://host1:26379,host2:26379/mymaster/0"),
        ("redis+sentinel://:hush@h1:99999/chat", "write redis+sentinel://host1:26379,host2:26379/mymaster/0"),
        ("redis+sentinel://:hush@h1/chat?tls=1", "write redis+sentinel://host1:26379,host2:26379/mymaster/0"),
        ("unix://", "write the path of a socket"),
        ("redis://:hush@h1;redis://:hush@h2", "for several Redis, redis+sentinel://host1:26379"),
    ],
)
def test_a_wrong_address_is_refused_with_its_variable_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, raw: str, advice: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        broker(monkeypatch, raw)
    assert "BROKER_URL=" in str(refused.value)
    assert advice in str(refused.value)
    assert "hush" not in str(refused.value)


def test_redis_itself_is_one_address_and_no_rabbitmq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "amqp://h")
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL='amqp://h'"):
        read_redis("REDIS_URL")
