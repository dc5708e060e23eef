"""The queue's side of messaging."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from rosetta.queue.nudge import started

from devices import transports
from messaging import push
from messaging.actions import expiring, translating
from messaging.models import IdempotencyKey
from messaging.translations import TRANSLATE
from rosetta.queue.jobs import in_steps

BATCH = 5000
ROUNDS = 200


@shared_task(name=TRANSLATE)
def translate_owed() -> int:
    """Translate until nothing is due, in a bounded number of rounds; what is left has the next nudge or sweep."""
    started(TRANSLATE)
    done = 0
    for _round in range(ROUNDS):
        claimed = translating.translate_owed()
        done += claimed
        if claimed < translating.BATCH:
            break
    return done


@shared_task(name="messaging.tasks.sweep_translations")
def sweep_translations() -> int:
    """Find what a lost nudge, a dead worker or a broken engine left behind."""
    return int(translate_owed())


@shared_task(name="messaging.tasks.expire_idempotency_keys")
def expire_idempotency_keys() -> int:
    """Forget keys older than a day, a bounded batch at a time; returns how many went."""
    limit = timezone.now() - timedelta(hours=24)
    old = IdempotencyKey.objects.filter(created_at__lt=limit).order_by("created_at").values_list("pk", flat=True)
    return in_steps(lambda: IdempotencyKey.objects.filter(pk__in=list(old[:BATCH])).delete()[0], size=BATCH)


@shared_task(name="messaging.tasks.expire_messages")
def expire_messages() -> int:
    """Erase what workspaces keep no longer, and what their memory learnt from it; returns how many messages went."""
    gone = in_steps(lambda: expiring.expire_messages(batch=expiring.BATCH), size=1)
    expiring.expire_memory()
    return gone


@shared_task(name="messaging.tasks.push_owed")
def push_owed() -> int:
    """Tell devices of messages whose moment has come; returns how many pushes were seen to."""
    if not transports.enabled():
        return 0
    for _round in range(ROUNDS):
        if push.look_up(batch=push.BATCH) < push.BATCH:
            break
    done = 0
    for _round in range(ROUNDS):
        looked_at, waiting = push.deliver(batch=push.BATCH)
        done += looked_at - waiting
        if looked_at < push.BATCH:
            break
    return done
