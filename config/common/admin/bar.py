"""The top bar: signs with the number that needs me, such as the bell; apps register them, roles decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Sign:
    """An icon in the top bar that leads to a page. ``words`` say in full what the number counts."""

    icon: str
    address: str
    permission: str
    number: Callable[[HttpRequest], int]
    words: Callable[[int], str]


MOST_SHOWN = 99
_signs: list[Sign] = []


def register_sign(sign: Sign) -> None:
    """Add a sign; called by an app's ``ready``."""
    _signs.append(sign)


def signs_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the signs that the user may open, as the template wants them."""
    user: Any = request.user
    shown = []
    for sign in _signs:
        if user.has_perm(sign.permission):
            number = sign.number(request)
            short = f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number) if number else ""
            link = reverse(sign.address)
            shown.append({"icon": sign.icon, "link": link, "number": short, "words": sign.words(number)})
    return shown
