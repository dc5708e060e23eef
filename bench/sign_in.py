"""Measure how much longer a known address takes than an unknown one, which would reveal it to an attacker.

    THROTTLE=off HIDE_ACCOUNT_EXISTENCE=on make run
    python -m bench.sign_in http://127.0.0.1:8000

Known and unknown addresses alternate, so that other load affects both alike.
"""

import secrets
import statistics
import sys
import time

import httpx

ROUNDS = 60
PASSWORD = "correct horse 9"
NEW = {"password": PASSWORD, "password_confirmation": PASSWORD}
TRIES: dict[str, dict[str, str]] = {
    "login": {"password": "wrong horse 9"},
    "otp": {},
    "otp/verify": {"token": "000000"},
    "forgot-password": {},
    "reset-password": {"token": "dimn9r-54192b3c37560fb3631f112df551973b", **NEW},
}


def main(base: str) -> None:
    with httpx.Client(base_url=f"{base}/api/v1/auth/app/", timeout=30) as client:
        known = f"{secrets.token_hex(8)}@example.com"
        client.post("register", json={"name": "Known", "email": known, **NEW}).raise_for_status()
        print(f"{'':16}{'known':>10}{'unknown':>10}{'apart':>10}{'quartiles':>12}   (ms, {ROUNDS} of each)")
        for path, body in TRIES.items():
            report(path, *taken(client, path, body, known))


def taken(client: httpx.Client, path: str, body: dict[str, str], known: str) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each attempt, for the known address and for new unknown ones."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(2 * ROUNDS):
        email = f"{secrets.token_hex(8)}@example.com" if turn % 2 else known
        began = time.perf_counter()
        answer = client.post(path, json={**body, "email": email})
        times[turn % 2].append((time.perf_counter() - began) * 1000)
        if answer.status_code == 429:
            raise SystemExit("limited: start the service with THROTTLE=off")
    return times


def report(path: str, known: list[float], unknown: list[float]) -> None:
    one, other = statistics.median(known), statistics.median(unknown)
    low, _, high = statistics.quantiles(known, n=4)
    print(f"{path:16}{one:10.2f}{other:10.2f}{one - other:10.2f}{high - low:12.2f}")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
