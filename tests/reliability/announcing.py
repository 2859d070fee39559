"""A process that announces without end and is killed again and again: ``python -m tests.reliability.announcing KILLS``.

It loads Django once and forks what is to be killed. In the end it sweeps, and prints what became of every event.
"""

import itertools
import json
import os
import random
import signal
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from config.integrations import delivering  # noqa: E402
from config.integrations.announcing import EventSignal, announce, event_recorded  # noqa: E402
from config.integrations.models import CLAIM_EXPIRES_AFTER, Delivery, Event  # noqa: E402
from contacts.lifecycle.adding import add_contact  # noqa: E402
from contacts.models import Contact, Note  # noqa: E402

HAPPENED = EventSignal("test.happened", provides={})
# Where the process dawdles, so that kills hit there: after the commit, and in the midst of telling.
DAWDLE = 0.004


def dawdle_before_telling(**kwargs: object) -> None:
    time.sleep(DAWDLE)


def write_a_note(event: Event) -> None:
    Note.objects.create(contact_id=event.subject_id, body=str(event.pk))
    time.sleep(DAWDLE)


def announce_without_end(contact: Contact) -> None:
    for _ in itertools.count():
        announce(HAPPENED, subject=contact)


def main(kills: int) -> None:
    chance = random.Random(20)
    delivering.subscribe(HAPPENED, "test.notes", write_a_note)
    # Before the receiver that enqueues the delivery, which is connected already.
    event_recorded.connect(dawdle_before_telling)
    event_recorded.receivers.insert(0, event_recorded.receivers.pop())
    contact_id = _in_a_child(lambda: add_contact(by=None, full_name="Sri"))
    left = 0
    for _ in range(kills):
        child = os.fork()
        if not child:
            announce_without_end(Contact(pk=contact_id))
        time.sleep(chance.uniform(0.08, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        left += 1
    print(json.dumps({"kills": left, **_sweep()}))


def _in_a_child(act: object) -> int:
    """Do something in a process of its own: a connection must not be shared with those that are forked later."""
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, str(act().pk).encode())  # type: ignore[operator]
        os._exit(0)
    os.wait()
    return int(os.read(reading, 20))


def _sweep() -> dict[str, int]:
    ours = Event.objects.filter(name=HAPPENED.name)
    waiting = ours.filter(delivered_at=None)
    left = {"left_by_kills": waiting.count(), "left_in_the_midst": waiting.filter(claimed_at__isnull=False).count()}
    later = timezone.now() + CLAIM_EXPIRES_AFTER + timedelta(seconds=1)
    for event_id in delivering.due_events(later):
        delivering.deliver_event(event_id, now=later)
    effects = Note.objects.values("body").annotate(times=Count("pk")).order_by()
    return {
        **left,
        "events": ours.count(),
        "undelivered": ours.filter(delivered_at=None).count(),
        "deliveries": Delivery.objects.filter(event__in=ours).count(),
        "effects": Note.objects.count(),
        "events_with_one_effect": effects.filter(times=1).count(),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
