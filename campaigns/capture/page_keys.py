"""The key in a form's page: signed, so that only pages of ours are accepted; it says when and how somebody came."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

from campaigns.capture.form import WebForm
from campaigns.channels.models import Channel

# Nobody fills in a form faster than this; a page that was open longer is shown anew.
FASTEST, LONGEST = timedelta(seconds=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PageKey:
    """What a page's key says."""

    nonce: str
    shown_at: datetime
    channel_id: int

    def is_too_fast(self, now: datetime) -> bool:
        """Whether no person could have filled the page in so fast."""
        return now - self.shown_at < FASTEST

    def is_too_old(self, now: datetime) -> bool:
        """Whether the page was open for too long."""
        return now - self.shown_at > LONGEST


def new_page_key(form: WebForm, channel: Channel | None, *, now: datetime) -> str:
    """Return the key for a page that is shown now; ``channel`` is how its visitor came, if the address says so."""
    parts = (form.pk, int(now.timestamp() * 1000), channel.pk if channel else form.channel_id, secrets.token_hex(8))
    return _signer().sign("-".join(map(str, parts)))


def read_page_key(form: WebForm, text: str) -> PageKey | None:
    """Return what a key says; None for one that we didn't make, or made for another form."""
    try:
        form_id, milliseconds, channel_id, nonce = _signer().unsign(text).split("-")
    except (BadSignature, ValueError):
        return None
    if int(form_id) != form.pk:
        return None
    return PageKey(nonce, datetime.fromtimestamp(int(milliseconds) / 1000, UTC), int(channel_id))


def _signer() -> Signer:
    return Signer(sep=".", salt="campaigns.form_page")
