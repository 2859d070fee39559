"""Reading what comes with a request, and counting rows for a list."""

from typing import Any

from django.db.models import Count, IntegerField, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from contacts.models import User

LONGEST_ID = 18
# As long as the columns for reasons and notes on a loss.
LONGEST_TEXT = 500


def as_id(text: object) -> int:
    """Return the id that was sent; zero, which no row has, for anything that is none."""
    given = str(text)
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_ID else 0


def text_of(request: HttpRequest, name: str, most: int = LONGEST_TEXT) -> str:
    """Return the text that a form sent, trimmed, without what no database keeps, cut at ``most`` characters."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:most]


def reader_of(request: HttpRequest) -> User:
    """Return who asks; the admin lets nobody in who has not signed in."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  says so to the types
    return user


def next_of(request: HttpRequest) -> str:
    """Return the address to go to after a post, if the form named one of this house."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def number_of(groups: Any) -> Coalesce:
    """Return a column with the number of rows of the group that a row points to; zero where there is none.

    ``groups`` are rows that refer to the outer row, grouped by that reference with ``values``.
    """
    return Coalesce(Subquery(groups.annotate(number=Count("pk")).values("number"), output_field=IntegerField()), 0)
