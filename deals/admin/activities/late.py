"""The manager's list of promises that their people have not kept: who, what, how late, and to whom it could go."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from config.common.admin.home import HomePage, Part
from contacts.models import User
from deals.admin.activities.my_day import MEDIA
from deals.admin.activities.showing import Link, about_links, icon_of, late_text, page_of
from deals.admin.activities.verbs import people_for
from deals.admin.showing import amount_text
from deals.agenda.my_day import late_promises
from deals.models import Activity

MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class LatePromise:
    """A promise that is late, in words."""

    activity: Activity
    icon: str
    late: str
    link: str
    about: list[Link]
    amount: str


@dataclass(frozen=True, slots=True)
class LatePromises:
    """The first of them, how many there are, and the list with all."""

    rows: list[LatePromise]
    total: int
    more: int
    more_link: str
    people: list[User]
    may_reassign: bool


def add_late_promises(user: User, page: HomePage) -> None:
    """Put the late promises of a person's people onto their home."""
    if not user.has_perm("deals.view_activity"):
        return
    now = timezone.now()
    section = late_promises(user, now)
    about = about_links(section.rows, user)
    may_reassign = user.has_perm("deals.change_activity")
    shown = LatePromises(
        rows=[_row(each, about[each.pk], now) for each in section.rows],
        total=section.total,
        more=section.more,
        more_link=late_list(),
        people=list(_people(user)) if may_reassign and section.rows else [],
        may_reassign=may_reassign,
    )
    page.parts.append(Part("deals/activities/late.html", shown))
    page.media += MEDIA


def late_list() -> str:
    """Return the address of the list behind the number."""
    return f"{reverse('admin:deals_activity_changelist')}?{urlencode({'owner': 'people', 'due': 'overdue'})}"


def _people(user: User) -> QuerySet[Any]:
    return people_for(user).order_by("name", "pk")[:MOST_PEOPLE]


def _row(activity: Activity, about: list[Link], now: Any) -> LatePromise:
    return LatePromise(
        activity=activity,
        icon=icon_of(activity.kind),
        late=late_text(activity, now),
        link=page_of(activity),
        about=about,
        amount=amount_text(activity.deal) if activity.deal is not None else "",
    )
