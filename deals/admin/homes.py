"""The homes of reps, managers and finance as far as deals go: figures that open their lists, deals that wait."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.admin.home import Button, Chart, HomePage, Tile, Todo, register_home
from config.common.money import show_number
from contacts.models import User
from contacts.staff.models import Scope
from deals.admin.activities.late import add_late_promises
from deals.admin.activities.my_day import fill_home
from deals.admin.showing import age_text, amount_text
from deals.models import Deal
from deals.pipeline.attention import age_of, is_overdue, overdue, today
from deals.pipeline.board import URGENCY
from deals.pipeline.deal import DealQuerySet
from deals.pipeline.filtering import DealFilters, as_query, is_stalled
from deals.reports.figures import OpenPipeline, open_pipelines
from deals.reports.report import PipelineReport, pipeline_report

MOST_TODOS = 6
WIN_RATE_DAYS = 90
MOST_NAMED = 3
OPEN, WON = ("open",), ("won",)


def register() -> None:
    """Register the builders; called by ``ready``."""
    register_home("rep", rep_home)
    register_home("manager", manager_home)


def rep_home(user: User, page: HomePage) -> None:
    """My day; beside it my open pipeline, what I won, what stalls, what closes this week or should have closed."""
    if not user.has_perm("deals.view_deal"):
        return
    mine: DealFilters = {"owner": (user.pk,)}
    week = {**mine, **_this_week()}
    figures = open_pipelines(user, {"mine": mine, "stalled": {**mine, "stalled": True}, "week": week})
    page.scope_line = page.scope_line or _scope_line(user)
    page.tiles += [
        _open_tile(_("My open pipeline"), figures["mine"], mine),
        _won_tile(_("Won this month"), user, {**mine, **_this_month()}),
        _stalled_tile(figures["stalled"], mine),
        _week_tile(figures["week"], week),
    ]
    late = Deal.objects.visible_to(user).filter(overdue(), owner=user).annotate(in_all=Window(Count("pk")))
    rows = list(_first(late))
    page.todo_title = page.todo_title or _("Should have closed by now")
    page.todo_empty = page.todo_empty or _("No deal of yours is past its expected close.")
    page.todos += [_todo(deal, with_owner=False) for deal in rows]
    if rows and rows[0].in_all > MOST_TODOS:
        filters = {**mine, "outcome": OPEN, "expected_to": today() - timedelta(days=1)}
        page.todo_more = page.todo_more or _list(filters)
    _buttons(user, page)
    if user.has_perm("deals.view_activity"):
        fill_home(user, page, reverse("admin:index"))


def manager_home(user: User, page: HomePage) -> None:
    """The open pipeline by stage, the win rate, who won what this month, and which deals stand still."""
    if not user.has_perm("deals.view_deal"):
        return
    several = open_pipelines(user, {"all": {}, "stalled": {"stalled": True}})
    figures = several["all"]
    page.heading = page.heading or figures.sentence()
    page.scope_line = page.scope_line or _scope_line(user)
    page.tiles += [
        _open_tile(_("Open pipeline"), figures, {}),
        _rate_tile(user),
        _won_tile(_("Won this month"), user, _this_month(), named=True),
        _stalled_tile(several["stalled"], {}),
    ]
    add_late_promises(user, page)
    page.chart = page.chart or _stage_chart(user)
    page.todo_title = page.todo_title or _("Stalled deals")
    page.todo_empty = page.todo_empty or _("No deal stands longer than usual in its stage.")
    stalled = _first(Deal.objects.visible_to(user).filter(is_stalled()))
    page.todos += [_todo(deal, with_owner=True) for deal in stalled]
    if figures.stalled > MOST_TODOS:
        page.todo_more = page.todo_more or _list({"outcome": OPEN, "stalled": True})
    _buttons(user, page)


def _scope_line(user: User) -> str:
    lines = {
        Scope.OWN: _("You see your own deals."),
        Scope.TEAM: _("You see the deals of your teams."),
        Scope.ALL: _("You see everybody's deals."),
    }
    return lines[user.scope]


def _open_tile(title: str, figures: OpenPipeline, filters: DealFilters) -> Tile:
    deals = ngettext("%(number)s deal", "%(number)s deals", figures.count) % {"number": show_number(figures.count)}
    line = _("%(deals)s, %(weighted)s weighted") % {"deals": deals, "weighted": figures.weighted_text}
    return Tile(title, figures.amount_text, line, _list({**filters, "outcome": OPEN}))


def _won_tile(title: str, user: User, filters: DealFilters, *, named: bool = False) -> Tile:
    report = pipeline_report(user, filters=filters, group_by="owner" if named else "")
    number = report.total.won
    line = ngettext("%(number)s deal", "%(number)s deals", number) % {"number": show_number(number)}
    if named and number:
        winners = (f"{group.label} {report.money(group.numbers.revenue)}" for group in _winners(report))
        line = f"{line}: {', '.join(winners)}"
    return Tile(title, report.money(report.total.revenue), line, _list({**filters, "outcome": WON}))


def _winners(report: PipelineReport) -> list[Any]:
    return [group for group in report.groups if group.numbers.won][:MOST_NAMED]


def _stalled_tile(figures: OpenPipeline, filters: DealFilters) -> Tile:
    line = figures.amount_text if figures.count else _("All within their usual time")
    link = _list({**filters, "outcome": OPEN, "stalled": True})
    return Tile(_("Stalled deals"), show_number(figures.count), line, link, tone="bad" if figures.count else "good")


def _week_tile(figures: OpenPipeline, week: DealFilters) -> Tile:
    return Tile(
        _("Closing this week"), show_number(figures.count), figures.amount_text, _list({**week, "outcome": OPEN})
    )


def _rate_tile(user: User) -> Tile:
    closed: DealFilters = {"closed_from": today() - timedelta(days=WIN_RATE_DAYS - 1), "closed_to": today()}
    total = pipeline_report(user, filters=closed).total
    title = _("Win rate, %(days)s days") % {"days": WIN_RATE_DAYS}
    link = _list({**closed, "outcome": ("won", "lost")})
    if total.win_rate is None:
        return Tile(title, "–", _("No deal was closed yet"), link)
    line = _("%(won)s won of %(closed)s closed") % {"won": total.won, "closed": total.won + total.lost}
    return Tile(title, f"{show_number(round(total.win_rate * 100, 1))} %", line, link)


def _stage_chart(user: User) -> Chart:
    report = pipeline_report(user, filters={"outcome": OPEN}, group_by="stage")
    groups = [group for group in report.groups if group.numbers.open]
    head = [_("Stage"), _("Deals"), _("Amount")]
    rows = [[group.label, show_number(group.numbers.open), report.money(group.numbers.open_amount)] for group in groups]
    return Chart(
        title=_("Open pipeline by stage"),
        labels=[group.label for group in groups],
        series=[(_("Open amount"), [float(group.numbers.open_amount) for group in groups])],
        table=[head, *rows],
        links=[_list(group.filters) for group in groups],
        horizontal=True,
        note=_("In %(currency)s") % {"currency": report.currency},
        empty=_("No open deal yet. The button “Deal” makes one."),
    )


def _first(deals: DealQuerySet) -> DealQuerySet:
    return deals.select_related("stage", "company", "currency", "owner").order_by(*URGENCY)[:MOST_TODOS]


def _todo(deal: Deal, *, with_owner: bool) -> Todo:
    reasons = [str(deal.owner)] if with_owner else []
    if is_overdue(deal) and deal.expected_close:
        day = date_format(deal.expected_close, "j M")
        reasons.append(_("was expected to close on %(day)s") % {"day": day})
    age = age_of(deal)
    if age.stalled:
        reasons.append(_("%(age)s in “%(stage)s”") % {"age": age_text(age), "stage": deal.stage})
    title = " · ".join([deal.name, *([str(deal.company)] if deal.company else []), amount_text(deal)])
    icon = "event_busy" if is_overdue(deal) else "hourglass_bottom"
    return Todo(title, " · ".join(reasons), reverse("admin:deals_deal_change", args=[deal.pk]), icon)


def _buttons(user: User, page: HomePage) -> None:
    wanted = [
        ("deals.add_deal", _("Deal"), "admin:deals_deal_add"),
        ("contacts.add_contact", _("Contact"), "admin:contacts_contact_add"),
    ]
    present = {button.link for button in page.buttons}
    own = [Button(title, reverse(name)) for permission, title, name in wanted if user.has_perm(permission)]
    page.buttons = [*(button for button in own if button.link not in present), *page.buttons]


def _list(filters: DealFilters) -> str:
    return f"{reverse('admin:deals_deal_changelist')}?{as_query(filters)}"


def _this_month() -> DealFilters:
    return {"closed_from": today().replace(day=1), "closed_to": today()}


def _this_week() -> DealFilters:
    monday = today() - timedelta(days=today().weekday())
    return {"expected_from": monday, "expected_to": monday + timedelta(days=6)}
