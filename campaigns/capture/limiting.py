"""How often one network address may post one form; what is kept of the address is a keyed hash, for two minutes."""

from datetime import datetime

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from campaigns.capture.form import WebForm
from campaigns.policy.models import MarketingPolicy

_KEPT_SECONDS = 120


def is_within_limit(form: WebForm, address: str | None, *, now: datetime) -> bool:
    """Count a post, and say whether the address has posted the form no more often than allowed in this minute."""
    who = salted_hmac("campaigns.form_posts", address or "", algorithm="sha256").hexdigest()[:32]
    key = f"form-posts:{form.pk}:{int(now.timestamp()) // 60}:{who}"
    cache.add(key, 0, timeout=_KEPT_SECONDS)
    try:
        posts = cache.incr(key)
    except ValueError:
        # Forgotten between the two: the cache is full, and the count begins anew.
        return True
    return posts <= MarketingPolicy.objects.current().form_posts_a_minute
