"""Idempotency keys: claimed before anything is done, answered in the transaction that did it, forgotten after a day."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.api.idempotency import Answer, Call, KeyReused, StillRunning
from config.integrations.models import IdempotencyKey

# A call that died between its claim and its transaction frees the key after this long.
LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(hours=24)
BATCH = 1000


class HeldKey:
    """A key that this call has claimed."""

    def __init__(self, row: IdempotencyKey) -> None:
        self._mine = IdempotencyKey.objects.filter(pk=row.pk, holder=row.holder)

    def lock(self) -> None:
        """Lock the row until the transaction ends; refuse if the lease ran out and another call took the key over."""
        if self._mine.select_for_update().first() is None:
            raise still_running()

    def keep(self, answer: Answer) -> None:
        """Write the answer into the row."""
        self._mine.update(status=answer.status, answer=answer.content, headers=answer.headers)

    def free(self) -> None:
        """Delete the row, unless another call holds it by now or it has its answer."""
        self._mine.unanswered().delete()


def claim(call: Call) -> Answer | HeldKey:
    """Return the answer that was given to the same call, or the claim to answer it now.

    The claim is committed at once, so that another call with the key sees it on every database. Raises KeyReused
    where the key was sent with something else, StillRunning while another call holds it.
    """
    now = timezone.now()
    row = _of(call)
    if row is None:
        mine = IdempotencyKey(
            user=call.user,
            key=call.key,
            path=call.path,
            fingerprint=call.fingerprint,
            holder=uuid4(),
            claimed_until=now + LEASE,
        )
        # Of two that try at once, the unique constraint lets one through.
        IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
        row = _of(call)
        if row is None:
            raise still_running()
        if row.holder == mine.holder:
            return HeldKey(row)
    if (row.path, row.fingerprint) != (call.path, call.fingerprint):
        sentence = _("This Idempotency-Key was sent with another request. Use a new key for each new request.")
        raise KeyReused(sentence)
    if row.status is not None:
        return Answer(row.status, bytes(row.answer), row.headers)
    return _take_over(row, now)


def forget_old(now: datetime) -> int:
    """Delete the keys that were kept long enough, some at a time; return how many."""
    gone = 0
    while True:
        old = list(IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:BATCH])
        gone += IdempotencyKey.objects.filter(pk__in=old).delete()[0]
        if len(old) < BATCH:
            return gone


def still_running() -> StillRunning:
    """Return the refusal of a call whose key another call holds."""
    return StillRunning(_("The first request with this Idempotency-Key is still running. Repeat it in a moment."))


def _of(call: Call) -> IdempotencyKey | None:
    return IdempotencyKey.objects.filter(user=call.user, key=call.key).first()


def _take_over(row: IdempotencyKey, now: datetime) -> HeldKey:
    """Claim a key whose call died. One that is still at work keeps its row locked, however long it takes."""
    if row.claimed_until > now:
        raise still_running()
    with transaction.atomic():
        left = IdempotencyKey.objects.unanswered().filter(pk=row.pk, holder=row.holder)
        mine = left.select_for_update(skip_locked=True).first()
        if mine is None:
            raise still_running()
        mine.holder, mine.claimed_until = uuid4(), now + LEASE
        mine.save(update_fields=["holder", "claimed_until"])
    return HeldKey(mine)
