"""The arithmetic of retries and pauses."""

from datetime import timedelta

from workspaces.webhooks.backoff import RETRIED_FOR, pause_after, retry_delay


def test_retries_come_at_growing_distances() -> None:
    delays = [retry_delay(attempts) for attempts in range(1, 30)]
    assert delays[:4] == [timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(hours=4)


def test_a_day_has_between_eight_and_fourteen_attempts() -> None:
    passed, attempts = timedelta(0), 1
    while passed + retry_delay(attempts) < RETRIED_FOR:
        passed += retry_delay(attempts)
        attempts += 1
    assert 8 <= attempts <= 14
    assert passed > RETRIED_FOR * 0.75


def test_pauses_double_up_to_five_minutes() -> None:
    assert [pause_after(failures).seconds for failures in range(1, 10)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert pause_after(10**9) == timedelta(minutes=5)
