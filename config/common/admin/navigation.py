"""The sidebar: seven groups in the order of a working day; apps register their items, roles decide what is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.common.sql import CountOf


class Group(Enum):
    """The groups, top to bottom."""

    TODAY = _("Today")
    SELL = _("Sell")
    MARKET = _("Market")
    BILL = _("Bill")
    AGREE = _("Agree")
    INSIGHT = _("Insight")
    SET_UP = _("Set up")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the sidebar. ``address`` is a URL name.

    ``badge`` returns the number that needs *me*, or nothing; ``needing`` returns the rows to count for it, which for
    all entries together costs one query.
    """

    group: Group
    order: int
    title: str | Promise
    icon: str
    address: str
    permission: str | None = None
    query: str = ""
    badge: Callable[[HttpRequest], int | str | None] | None = None
    # Further path prefixes under which this item is marked as the current one.
    also_active: tuple[str, ...] = ()
    needing: Callable[[Any], Sequence[QuerySet[Any]]] | None = None
    # Whether the entry suits this user; of two that suit and lead to one address, the one registered later is shown.
    suits: Callable[[Any], bool] | None = None
    # Whether the entry shows only while its number is above zero, such as a list of what failed.
    only_if_needed: bool = False


_items: list[Item] = []


def register_item(item: Item) -> None:
    """Add an entry; called by an app's ``ready``."""
    _items.append(item)


def items_for(request: HttpRequest) -> list[Item]:
    """Return the entries that the user may open, in order."""
    user: Any = request.user
    allowed = [item for item in _items if item.permission is None or user.has_perm(item.permission)]
    suiting = [item for item in allowed if item.suits is None or item.suits(user)]
    by_address = {(item.address, item.query): item for item in suiting}
    return sorted(by_address.values(), key=lambda item: (list(Group).index(item.group), item.order))


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar as unfold wants it."""
    current, numbers = _current_item(request), badges(request)
    groups: dict[Group, list[dict[str, Any]]] = {}
    for item in items_for(request):
        entry: dict[str, Any] = {
            "title": item.title,
            "icon": item.icon,
            "link": reverse(item.address) + item.query,
            "active": item is current,
        }
        number = item.badge(request) if item.badge is not None else numbers.get(item.address)
        if number:
            entry["badge"] = number
        elif item.only_if_needed and item is not current:
            continue
        groups.setdefault(item.group, []).append(entry)
    return [{"title": group.value, "separator": True, "items": entries} for group, entries in groups.items()]


def badges(request: Any) -> dict[str, int]:
    """Return the numbers of the entries that count rows, by address; asked in one query once a request."""
    known: dict[str, int] | None = getattr(request, "badge_numbers", None)
    if known is None:
        known = request.badge_numbers = _count(request)
    return known


def _count(request: HttpRequest) -> dict[str, int]:
    user: Any = request.user
    counted = {item.address: item.needing(user) for item in items_for(request) if item.needing is not None}
    if not counted:
        return {}
    columns = [CountOf(rows) for several in counted.values() for rows in several]
    numbers = iter(get_user_model()._default_manager.filter(pk=user.pk).values_list(*columns)[0])
    return {address: sum(next(numbers) for _rows in several) for address, several in counted.items()}


def _current_item(request: HttpRequest) -> Item | None:
    """Return the entry with the longest address that the present one starts with; the one with its query first."""
    best: tuple[tuple[int, int], Item | None] = ((0, 0), None)
    for item in items_for(request):
        for prefix in (reverse(item.address), *item.also_active):
            exact_only = prefix == reverse("admin:index")
            matches = request.path == prefix if exact_only else request.path.startswith(prefix)
            rank = (len(prefix), _fit(item, request))
            if matches and (best[1] is None or rank > best[0]):
                best = (rank, item)
    return best[1]


def _fit(item: Item, request: HttpRequest) -> int:
    """Return 1 for an entry whose query is in the present address, 0 for one without, -1 for one with another."""
    if not item.query:
        return 0
    asked = QueryDict(item.query.lstrip("?"))
    return 1 if all(request.GET.get(name) == value for name, value in asked.items()) else -1


_account_links: list[tuple[str | Promise, str]] = []


def register_account_link(title: str | Promise, address: str) -> None:
    """Add an entry to the menu under the user's name; called by an app's ``ready``."""
    _account_links.append((title, address))


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu under the user's name as unfold wants it."""
    return [{"title": title, "link": reverse(address)} for title, address in _account_links]
