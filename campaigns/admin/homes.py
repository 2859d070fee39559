"""The marketer's home: leads against the plan, money spent and earned by campaign, and the leads that nobody owns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Subquery, Sum, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin.results.showing import may_read, page_address
from campaigns.execution.campaign import CampaignState
from campaigns.models import BudgetLine, Campaign, PlanGoal
from campaigns.plans.plan import Measure, PlanState
from campaigns.results.asking import Question
from campaigns.results.figures import Results, assemble
from campaigns.results.numbers import COSTS, MARGIN, MONEY, PEOPLE, Counted, count
from config.common.admin.base import change_address
from config.common.admin.home import Button, Chart, HomePage, Tile, Todo, register_home
from config.common.admin.showing import short_day
from config.common.money import ZERO, round_to, show_money, show_number
from config.common.sql import exact
from contacts.lifecycle import figures
from contacts.models import User

MOST_TODOS, MOST_BARS, DAYS_A_WEEK = 6, 6, 7


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign under way: its figures and its budget."""

    campaign: Any
    results: Results
    planned: Decimal


def register() -> None:
    """Register the builder; called by ``ready``."""
    register_home("marketer", marketer_home)


def marketer_home(user: User, page: HomePage) -> None:
    """Fill the page for a marketer."""
    if not user.has_perm("contacts.view_contact"):
        return
    today = timezone.localdate()
    week = figures.count_new_leads(user, figures.this_week(today))
    waiting = list(figures.leads_without_owner(user).annotate(in_all=Window(Count("pk")))[:MOST_TODOS])
    lonely = waiting[0].in_all if waiting else 0
    page.heading = _heading(week, lonely)
    page.tiles.append(_week_tile(today, week))
    if may_read(user):
        _add_money(user, page)
    page.todo_title = _("Leads without an owner")
    page.todo_empty = _("Every lead has an owner.")
    page.todos += [_todo(contact) for contact in waiting]
    if lonely > MOST_TODOS:
        page.todo_more = _contacts(owner="nobody", stage="open-leads")
    _buttons(user, page)


def _heading(week: int, lonely: int) -> str:
    leads = ngettext("%(number)s new lead this week", "%(number)s new leads this week", week)
    alone = ngettext("%(number)s lead has no owner", "%(number)s leads have no owner", lonely)
    return f"{leads % {'number': show_number(week)}}, {alone % {'number': show_number(lonely)}}."


def _week_tile(today: date, number: int) -> Tile:
    planned = _planned_this_week(today)
    if planned is None:
        line, tone = _("No running plan has a goal of leads this week"), ""
    else:
        line = _("%(number)s planned for the whole week") % {"number": show_number(planned)}
        gone = planned * (today.weekday() + 1) / DAYS_A_WEEK
        tone = "good" if number >= gone else "warn"
    return Tile(_("New leads this week"), show_number(number), line, _contacts(lead="week"), tone)


def _planned_this_week(today: date) -> Decimal | None:
    """Return how many leads the goals of running plans ask for from Monday to Sunday, spread evenly over their days."""
    monday = today - timedelta(days=today.weekday())
    sunday = monday + timedelta(days=DAYS_A_WEEK - 1)
    goals = PlanGoal.objects.filter(
        plan__state=PlanState.RUNNING, measure=Measure.LEADS, starts_on__lte=sunday, due_on__gte=monday
    )
    found = [
        goal.target * ((min(sunday, goal.due_on) - max(monday, goal.starts_on)).days + 1)
        / ((goal.due_on - goal.starts_on).days + 1)
        for goal in goals
    ]  # fmt: skip
    return round_to(sum(found, ZERO), 0) if found else None


def _add_money(user: User, page: HomePage) -> None:
    """Add the tiles about money, and what running campaigns spent of their budget and earned."""
    counted = count(Question(user), "campaign", (COSTS, MONEY, MARGIN))
    rows = _rows(user, counted)
    all_of_them = _all_together(counted)
    page.tiles += [_spend_tile(rows, counted), _lead_tile(all_of_them)]
    best = _return_tile(rows, all_of_them)
    if best is not None:
        page.tiles.append(best)
    page.chart = _chart(rows, counted)


def _rows(user: User, counted: Counted) -> list[Row]:
    """Return the campaigns under way, the costliest first."""
    lines = BudgetLine.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    planned = Subquery(lines.annotate(sum=exact(Sum("amount"))).values("sum"))
    running = Campaign.objects.visible_to(user).filter(state=CampaignState.RUNNING).annotate(planned=planned)
    rows = [Row(each, assemble(counted, each.pk), each.planned or ZERO) for each in running]
    return sorted(rows, key=lambda row: (-(row.results["cost"].value or ZERO), row.campaign.pk))


def _all_together(counted: Counted) -> Results:
    """Return the cost per lead of the whole house, from the costs that are counted by campaign already."""
    spent = [numbers.spent for numbers in counted.groups.values()]
    whole = replace(spent[0], **_sums(spent)) if spent else None
    people = count(counted.question, families=(PEOPLE,), currency=counted.currency)
    if whole is not None:
        people.groups.setdefault(0, people.of(0)).spent = whole
    return assemble(people, 0)


def _sums(spent: Sequence[Any]) -> dict[str, Any]:
    names = ("amount", "costs", "without_rate", "waiting")
    return {name: sum((getattr(each, name) for each in spent), ZERO if name == "amount" else 0) for name in names}


def _spend_tile(rows: list[Row], counted: Counted) -> Tile:
    spent = sum((row.results["cost"].value or ZERO for row in rows), ZERO)
    planned = sum((row.planned for row in rows), ZERO)
    link = f"{reverse('admin:campaign_results')}?{urlencode({'order': '-cost'})}"
    title, text = _("Spent on running campaigns"), _money(spent, counted)
    if not planned:
        return Tile(title, text, _("No budget is planned for them"), link)
    facts = {"planned": _money(planned, counted), "percent": show_number(round_to(spent * 100 / planned, 0))}
    line = _("%(percent)s %% of %(planned)s planned") % facts
    return Tile(title, text, line, link, "bad" if spent > planned else "good")


def _lead_tile(results: Results) -> Tile:
    figure = results["cost_per_lead"]
    return Tile(figure.name, figure.text, figure.formula, page_address(results.question))


def _return_tile(rows: list[Row], everything: Results) -> Tile | None:
    """Return the running campaign with the best return; where none has any, that it is not yet known."""
    known = [row for row in rows if row.results["return"].value is not None]
    if not known:
        return Tile(_("Return"), _("not yet"), _("No running campaign has cost and revenue yet"),
                    page_address(everything.question))  # fmt: skip
    best = max(known, key=lambda row: row.results["return"].value or ZERO)
    figure = best.results["return"]
    tone = "good" if (figure.value or ZERO) >= 0 else "bad"
    title = _("Return of %(campaign)s") % {"campaign": best.campaign}
    return Tile(title, figure.text, figure.formula, _results_tab(best.campaign), tone)


def _chart(rows: list[Row], counted: Counted) -> Chart:
    shown = rows[:MOST_BARS]
    head = [_("Campaign"), _("Spent"), _("Budget"), _("Return")]
    table = [
        [str(row.campaign), row.results["cost"].text, _money(row.planned, counted), row.results["return"].text]
        for row in shown
    ]
    return Chart(
        title=_("Spent and budget of running campaigns, %(currency)s") % {"currency": counted.currency.code},
        labels=[str(row.campaign) for row in shown],
        series=[
            (_("Spent"), [float(row.results["cost"].value or 0) for row in shown]),
            (_("Budget"), [float(row.planned) for row in shown]),
        ],
        table=[head, *table],
        links=[_results_tab(row.campaign) for row in shown],
        link=reverse("admin:campaign_results"),
        horizontal=True,
        empty=_("No campaign under way has a budget or a cost. Make a campaign, or start one."),
    )


def _results_tab(campaign: Any) -> str:
    return f"{change_address(campaign)}?tab=results"


def _todo(contact: Any) -> Todo:
    since = short_day(contact.lifecycle_since)
    why = _("%(stage)s since %(day)s") % {"stage": contact.get_lifecycle_stage_display(), "day": since}
    return Todo(contact.full_name, why, change_address(contact), "person_alert")


def _buttons(user: User, page: HomePage) -> None:
    """Add the buttons; that of a new campaign comes from the campaigns' own pages."""
    for permission, title, address in (
        ("campaigns.add_segment", _("Segment"), "admin:campaigns_segment_add"),
        ("contacts.add_contact", _("Contact"), "admin:contacts_contact_add"),
    ):
        if user.has_perm(permission):
            page.buttons.append(Button(title, reverse(address)))


def _money(amount: Decimal, counted: Counted) -> str:
    return show_money(amount, counted.currency.code, counted.currency.minor_units)


def _contacts(**filters: str) -> str:
    return (
        reverse("admin:contacts_contact_changelist")
        + "?"
        + urlencode({key: text for key, text in filters.items() if text})
    )
