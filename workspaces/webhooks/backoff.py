"""When a failed delivery is retried, and how long a failing subscription is paused."""

from datetime import timedelta

# A delivery is retried for this long after its event was collected.
RETRIED_FOR = timedelta(hours=24)
# Seconds before the second attempt, the third, and so on; later attempts repeat the last. They end within RETRIED_FOR.
RETRY_SECONDS = (5, 60, 300, 900, 1800, 3600, 7200, 10800, 14400, 14400, 14400, 14400)
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 300


def retry_delay(attempts: int) -> timedelta:
    """Return how long a delivery waits after its ``attempts``-th failed attempt, counted from 1."""
    return timedelta(seconds=RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])


def pause_after(failures: int) -> timedelta:
    """Return how long nothing is sent to a subscription after ``failures`` failures in a row; it doubles up to a limit."""
    doublings = min(failures - 1, 10)  # bounded, because the number of failures is not
    return timedelta(seconds=min(FIRST_PAUSE_SECONDS * 2**doublings, LONGEST_PAUSE_SECONDS))
