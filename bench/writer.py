"""Post at a steady rate by the service's own action, without HTTP.

A flood takes several of these processes.

Usage: python bench/writer.py USER_ID WORKSPACE_ID CHANNEL_ID,… RATE COUNT. Prints ``ready``, waits for a line, posts by the
clock (catching up when late) and prints JSON: when it began and ended, and what it posted, by id.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import seed


def main(user_id: int, workspace_id: str, channel_ids: list[str], rate: float, count: int) -> None:
    seed.connect(dict(os.environ))
    from accounts.models import User
    from messaging import access
    from messaging.actions.post import post_message
    from messaging.context import Sender
    from messaging.drafts import NewMessage

    user = User.objects.get(pk=user_id)
    contexts = [access.channel_context(user, workspace_id, channel_id, to_write=True) for channel_id in channel_ids]
    print("ready", flush=True)
    sys.stdin.readline()
    began, posted = time.time(), {}
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.time()))
        text, context = seed.new_sentence(number), contexts[number % len(contexts)]
        posted[post_message(sender=Sender(user), context=context, draft=NewMessage(text)).message.pk] = text
    print(json.dumps({"began": began, "ended": time.time(), "posted": posted}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3].split(","), float(sys.argv[4]), int(sys.argv[5]))
