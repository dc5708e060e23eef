"""The address of the database.

What libpq documents is taken, several hosts included; what is wrong is named.
"""

import pytest
from django.core.exceptions import ImproperlyConfigured

from rosetta.db.postgresql.address import database_settings, read_address


def settings_of(address: str, *, prepares: bool = True) -> dict[str, object]:
    return database_settings("DATABASE_URL", address, pool_size=20, prepares=prepares, statement_seconds=60)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("postgres://u:p@h/db", "h", ""),
        ("postgres://u:p@h1:5432,h2:5433/db", "h1,h2", "5432,5433"),
        ("postgresql://u:p@h1,h2,h3:6432/db", "h1,h2,h3", ",,6432"),
        ("postgres://u:p@[::1]:5432,127.0.0.1/db", "::1,127.0.0.1", "5432,"),
        ("postgres://u:p@%2Frun%2Fpostgresql/db", "/run/postgresql", ""),
        ("postgres://u:p@/db?host=h1,h2&port=1,2", "h1,h2", "1,2"),
    ],
)
def test_an_address_may_name_several_hosts_and_sockets(address: str, host: str, port: str) -> None:
    found = settings_of(address)
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"], found["NAME"]) == (
        host,
        port,
        "u",
        "p",
        "db",
    )


def test_parameters_of_the_address_reach_the_driver_and_win_over_defaults() -> None:
    options = settings_of(
        "postgres://u:p%40@h1,h2/db?target_session_attrs=read-write&connect_timeout=7&sslmode=require"
    )
    assert options["PASSWORD"] == "p@"
    assert isinstance(found := options["OPTIONS"], dict)
    assert found["target_session_attrs"] == "read-write"
    assert (found["connect_timeout"], found["sslmode"]) == ("7", "require")
    assert found["keepalives_count"] == 3


@pytest.mark.parametrize(("prepares", "limit"), [(True, "-c statement_timeout=60s"), (False, None)])
def test_statements_have_a_limit_except_behind_a_pooler_that_refuses_options(prepares: bool, limit: str | None) -> None:
    found = settings_of("postgres://u@h/db", prepares=prepares)["OPTIONS"]
    assert isinstance(found, dict)
    assert found.get("options") == limit


@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:hush@h/db",
        "postgres:/u:hush@h/db",
        "u:hush@h/db",
        "postgres://u:hush@h",
        "postgres://u:hush@h/",
        "postgres://u:hush@h:port/db",
        "postgres://u:hush@h1:5432,h2:x/db",
        "postgres://u:hush@h/db?nonsense=1",
        "postgres://u:hush@[::1/db",
    ],
)
def test_a_wrong_address_is_refused_without_its_password(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_address("DATABASE_URL")
    assert str(refusal.value).startswith("DATABASE_URL='")
    assert ": write postgres://user" in str(refusal.value)
    assert "hush" not in str(refusal.value)
