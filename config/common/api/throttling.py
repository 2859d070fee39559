"""How many requests one account may make; the answer beyond is 429 with Retry-After."""

import math
import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

_PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class PerUserThrottle(BaseThrottle):
    """Counts an account's requests in fixed windows, with one small counter that all processes share.

    ``DEFAULT_THROTTLE_RATES["user"]`` is such as ``1200/min``; without one nobody is held back.
    """

    scope = "user"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; False beyond the rate."""
        rate = api_settings.DEFAULT_THROTTLE_RATES.get(self.scope)
        if not rate:
            return True
        most, period = str(rate).split("/")
        seconds, now = _PERIODS[period[0]], time.time()
        window = int(now // seconds)
        self.seconds_left = (window + 1) * seconds - now
        return self._count(request, window, seconds) <= int(most)

    def _count(self, request: Request, window: int, seconds: int) -> int:
        account = request.user.pk if request.user.is_authenticated else self.get_ident(request)
        key = f"throttle:{self.scope}:{account}:{window}"
        if cache.add(key, 1, timeout=seconds + 1):
            return 1
        try:
            return cache.incr(key)
        except ValueError:  # it expired between the two calls
            return 1

    def wait(self) -> float:
        """Return the seconds until the window ends, for Retry-After."""
        return math.ceil(self.seconds_left)
