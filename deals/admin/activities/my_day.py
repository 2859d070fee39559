"""My day: the promises, risks and waiting quotes of a person as lines with their reasons and buttons."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from config.common.admin.home import Button, HomePage, Part
from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from contacts.models import User
from contacts.staff.models import Home
from deals.activities.kinds import ActivityKind
from deals.admin.activities.log_box import NO_STEP, USUAL_DAYS, LogBox, log_box
from deals.admin.activities.showing import (
    Link,
    about_links,
    hour_of,
    icon_of,
    late_text,
    page_of,
    short_day,
    when_text,
)
from deals.admin.reading import reader_of
from deals.admin.showing import amount_text
from deals.agenda.my_day import Kind, MyDay, Section, my_day
from deals.models import Activity, Deal

# What a line can be put off by with a click.
PUT_OFF = ("3", "7")
MEDIA = Media(css={"all": ("deals/activities.css",)}, js=("deals/activities.js",))
TITLES: dict[Kind, str | Promise] = {
    Kind.PROMISE: gettext_lazy("Now: what you promised"),
    Kind.RISK: gettext_lazy("At risk: deals gone silent"),
    Kind.WAIT: gettext_lazy("Waiting: quotes that expire"),
    Kind.LATER: gettext_lazy("Later this week"),
}
EMPTY: dict[Kind, str | Promise] = {
    Kind.PROMISE: gettext_lazy("Nothing promised for today."),
    Kind.RISK: gettext_lazy("No deal has gone silent."),
    Kind.WAIT: gettext_lazy("No quote expires within a week."),
    Kind.LATER: gettext_lazy("Nothing is planned for the next seven days."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a day: when, what, about whom, why it is here, and what one can do."""

    key: str
    icon: str
    when: str
    title: str
    link: str
    why: str
    about: list[Link] = field(default_factory=list)
    amount: str = ""
    is_late: bool = False
    activity: Activity | None = None
    box: LogBox | None = None
    task_link: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A section of the day: the first lines, how many there are in all, and the list that shows the rest."""

    kind: str
    title: str | Promise
    total: int
    more: int
    more_link: str
    empty: str | Promise
    lines: list[Line]
    # The page that all this stands on, to come back to.
    address: str = ""


def day_sentence(day: MyDay) -> str:
    """Return the answer of the page: “5 promises, 2 deals at risk, 1 quote expires”."""
    promises, risks, waits = day.promises.total, day.risks.total, day.waits.total
    parts = [
        ngettext("%(number)s promise", "%(number)s promises", promises) % {"number": show_number(promises)},
        ngettext("%(number)s deal at risk", "%(number)s deals at risk", risks) % {"number": show_number(risks)},
        ngettext("%(number)s quote expires", "%(number)s quotes expire", waits) % {"number": show_number(waits)},
    ]
    return ", ".join(parts) if day.number else _("nothing needs you")


def fill_home(user: User, page: HomePage, address: str) -> MyDay:
    """Put a person's day onto the page at ``address``, as what they are here for."""
    now = timezone.now()
    day = my_day(user, now)
    labels = {"day": date_format(timezone.localdate(now), "D j M"), "sentence": day_sentence(day)}
    page.heading = page.heading or _("My day – %(day)s: %(sentence)s") % labels
    page.lead = Part("deals/activities/my_day.html", _sections(day, user, now, address))
    page.parts.append(Part("deals/activities/later.html", _later(day.later, user, now)))
    page.media += MEDIA
    if user.has_perm("deals.add_activity"):
        log = Button(_("Log"), reverse("admin:activity_log"), "edit_note")
        page.buttons = [log, *page.buttons, Button(_("Plan"), reverse("admin:deals_activity_add"), "event")]
    return day


@require_safe
def my_day_page(request: HttpRequest) -> HttpResponse:
    """Show the day of whoever has another home; a rep's home is this."""
    user = reader_of(request)
    if user.role and user.role.home == Home.REP:
        return HttpResponseRedirect(reverse("admin:index"))
    if not user.has_perm("deals.view_activity"):
        raise PermissionDenied
    page = HomePage()
    fill_home(user, page, reverse("admin:my_day"))
    return show_page(request, admin.site, "deals/activities/my_day_page.html", _("My day"), home=page)


def _sections(day: MyDay, user: User, now: datetime, address: str) -> list[Lines]:
    """Return the sections in the order of the day; one without lines is left out, unless the whole day is free."""
    promises: list[Activity] = day.promises.rows
    about = about_links(promises, user)
    made = [
        _lines(
            day.promises, [_promise(each, about[each.pk], user, now, address) for each in promises], _list(due="today")
        ),
        _lines(day.risks, [_risk(each, user, address) for each in day.risks.rows], _silent_deals(user)),
        _lines(day.waits, [_wait(each, user, now, address) for each in day.waits.rows], _quotes()),
    ]
    return [replace(section, address=address) for section in made if section.total] or made[:1]


def _later(section: Section, user: User, now: datetime) -> Lines:
    about = about_links(section.rows, user)
    lines = [
        Line(
            key=f"later-{each.pk}",
            icon=icon_of(each.kind),
            when=when_text(each, now),
            title=each.subject,
            link=page_of(each),
            why="",
            about=about[each.pk],
        )
        for each in section.rows
    ]
    return _lines(section, lines, _list(due="week"))


def _lines(section: Section, lines: list[Line], link: str) -> Lines:
    kind = section.kind
    return Lines(kind.value, TITLES[kind], section.total, section.more, link, EMPTY[kind], lines)


def _promise(activity: Activity, about: list[Link], user: User, now: datetime, address: str) -> Line:
    late, may_change = late_text(activity, now), user.has_perm("deals.change_activity")
    concerns_somebody = activity.deal_id or activity.contact_id or activity.company_id
    box = log_box(
        f"activity-{activity.pk}",
        {"completes": activity.pk},
        kind=activity.kind,
        next_days=USUAL_DAYS if concerns_somebody else NO_STEP,
        next_address=address,
        in_place=True,
    )
    return Line(
        key=f"activity-{activity.pk}",
        icon=icon_of(activity.kind),
        when=_clock(activity, now),
        title=activity.subject,
        link=page_of(activity),
        why=late or _promised_for(activity, now),
        about=about,
        amount=amount_text(activity.deal) if activity.deal is not None else "",
        is_late=bool(late),
        activity=activity if may_change else None,
        box=box if may_change and user.has_perm("deals.add_activity") else None,
    )


def _risk(deal: Any, user: User, address: str) -> Line:
    """A deal with the columns that ``deals.agenda.silence`` adds."""
    days = ngettext("silent %(days)s day", "silent %(days)s days", deal.silent_days) % {"days": deal.silent_days}
    return Line(
        key=f"deal-{deal.pk}",
        icon="volume_off",
        when=ngettext("%(days)s day", "%(days)s days", deal.silent_days) % {"days": deal.silent_days},
        title=deal.name,
        link=reverse("admin:deals_deal_change", args=[deal.pk]),
        why=_("%(silent)s, usual for this stage %(usual)s") % {"silent": days, "usual": deal.usual_days},
        about=_company_of(deal),
        amount=amount_text(deal),
        is_late=True,
        box=_box_of_deal(deal, user, f"deal-{deal.pk}", address),
        task_link=_plan_for(deal) if user.has_perm("deals.add_activity") else "",
    )


def _wait(quote: Any, user: User, now: datetime, address: str) -> Line:
    """A quote with its ``valid_until``."""
    day = short_day(quote.valid_until, timezone.localdate(now))
    return Line(
        key=f"quote-{quote.pk}",
        icon="request_quote",
        when=day,
        title=_("Quote %(number)s") % {"number": quote},
        link=reverse("admin:deals_quote_change", args=[quote.pk]),
        why=_("expires %(day)s") % {"day": day},
        about=[
            Link(quote.deal.name, reverse("admin:deals_deal_change", args=[quote.deal_id])),
            *_company_of(quote.deal),
        ],
        amount=amount_text(quote.deal),
        is_late=quote.valid_until == timezone.localdate(now),
        box=_box_of_deal(quote.deal, user, f"quote-{quote.pk}", address),
        task_link=_plan_for(quote.deal) if user.has_perm("deals.add_activity") else "",
    )


def _box_of_deal(deal: Deal, user: User, key: str, address: str) -> LogBox | None:
    if not user.has_perm("deals.add_activity"):
        return None
    return log_box(key, {"deal": deal.pk}, next_address=address, in_place=True)


def _company_of(deal: Deal) -> list[Link]:
    # Whoever sees a deal sees its company.
    company = deal.company
    return [Link(str(company), reverse("admin:contacts_company_change", args=[company.pk]))] if company else []


def _plan_for(deal: Deal) -> str:
    given = urlencode({"deal": str(deal.pk), "kind": str(ActivityKind.CALL.value)})
    return f"{reverse('admin:deals_activity_add')}?{given}"


def _clock(activity: Activity, now: datetime) -> str:
    today = timezone.localdate(now)
    if activity.starts_at is not None and timezone.localdate(activity.starts_at) == today:
        return hour_of(activity.starts_at)
    return short_day(activity.due_on, today) if activity.due_on else ""


def _promised_for(activity: Activity, now: datetime) -> str:
    return _("promised for %(when)s") % {"when": when_text(activity, now)}


def _list(**filters: str) -> str:
    return f"{reverse('admin:deals_activity_changelist')}?{urlencode({'owner': 'me', **filters})}"


def _silent_deals(user: User) -> str:
    return f"{reverse('admin:deals_deal_changelist')}?owner={user.pk}&outcome=open&silent=1"


def _quotes() -> str:
    return f"{reverse('admin:deals_quote_changelist')}?waits=answer"


register_page("my-day/", "my_day", my_day_page)
