"""Rosetta whose dead workers are missed, and whose engines are tried again, after seconds rather than half a minute or one."""

from rosetta.settings import *  # noqa: F403

TRANSLATION_CHAIN_SECONDS = 20
TRANSLATION_LEASE_SECONDS = 30
TRANSLATION_RETRY_SECONDS = 5
