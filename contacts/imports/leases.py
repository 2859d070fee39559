"""Who works on a run: one worker at a time, and none for ever."""

import os
import secrets
import socket
from datetime import datetime

from django.db import transaction
from django.db.models import F

from contacts.imports.models import Import

# After so many claims without a row of progress something about the run kills its workers.
MOST_ATTEMPTS = 5


class LeaseLost(Exception):
    """Another worker has taken the run over; whatever is in the open transaction must not be committed."""


def claim(import_id: int, now: datetime) -> str | None:
    """Reserve a run and return the lease, or None if somebody else works on it or nothing is to be done."""
    # A run that is being written all or nothing stays locked for long: whoever wants it must not wait for that.
    free = Import.objects.abandoned(now).select_for_update(of=("self",), skip_locked=True)
    lease = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(8)}"
    with transaction.atomic():
        if not free.filter(pk=import_id).exists():
            return None
        Import.objects.filter(pk=import_id).update(lease=lease, claimed_at=now, attempts=F("attempts") + 1)
    return lease


def release(run: Import) -> None:
    """Let go of a run, so that the next worker needs not wait."""
    Import.objects.filter(pk=run.pk, lease=run.lease).update(lease="", claimed_at=None)


def free_if_dead(run: Import) -> None:
    """Free a run whose process on this machine is gone, so that nobody has to wait until its lease has run out."""
    host, _colon, rest = run.lease.partition(":")
    if host == socket.gethostname()[:60] and not _is_alive(int(rest.partition(":")[0])):
        Import.objects.filter(pk=run.pk, lease=run.lease).update(lease="", claimed_at=None)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
