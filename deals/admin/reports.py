"""The page “Pipeline report”: the answer as a sentence, tiles, charts, and every number with its list behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config.common.admin.home import Chart, Tile
from config.common.admin.navigation import Group as Sidebar
from config.common.admin.navigation import Item, register_item
from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from contacts.models import User
from contacts.staff.models import Scope
from deals.admin.report_bar import TYPED, asked, chips, company_box, controls, with_typed_company
from deals.pipeline.filtering import DealFilters, as_query, as_texts
from deals.reports.grouping import GROUPINGS
from deals.reports.groups import Group, narrowed
from deals.reports.numbers import Numbers
from deals.reports.report import PipelineReport, pipeline_report, read_question
from deals.reports.tables import COLUMNS, as_csv, cells, headings

MOST_BARS, PIXELS_A_BAR, LEAST_PIXELS = 20, 30, 260
PERMISSION = "deals.view_deal"
SCOPE_LINES: dict[Scope, str | Promise] = {
    Scope.OWN: gettext_lazy("You see your own deals."),
    Scope.TEAM: gettext_lazy("You see the deals of your teams."),
    Scope.ALL: gettext_lazy("You see everybody's deals."),
}
# Which deals a figure is made of; the others are made of all of them.
_MADE_OF: dict[str, tuple[str, ...]] = {
    "won": ("won",),
    "lost": ("lost",),
    "open": ("open",),
    "win_rate": ("won", "lost"),
    "revenue": ("won",),
    "average_won": ("won",),
    "mean_days_to_win": ("won",),
    "median_days_to_win": ("won",),
    "mean_days_to_close": ("won", "lost"),
    "open_amount": ("open",),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and the list of the deals that it is made of; no list where there is none."""

    text: str
    link: str


def register() -> None:
    """Put the page into the sidebar; called by ``ready``."""
    register_item(
        Item(Sidebar.INSIGHT, 10, gettext_lazy("Pipeline report"), "monitoring", "admin:pipeline_report", PERMISSION)
    )


@require_safe
def pipeline_report_page(request: HttpRequest) -> HttpResponse:
    """Show the report that the address asks for, or hand it out as CSV; say at the field what can't be read."""
    user: Any = request.user
    if not user.has_perm(PERMISSION):
        raise PermissionDenied
    faults: dict[str, list[str]] = {}
    report = None
    try:
        query = with_typed_company(request)
        if query is not None:
            return HttpResponseRedirect(f"{request.path}?{query.urlencode(safe=',')}")
        filters, group_by, dated_by = read_question(asked(request))
        report = pipeline_report(user, filters=filters, group_by=group_by, dated_by=dated_by)
    except ValidationError as error:
        faults = error.message_dict if hasattr(error, "error_dict") else {TYPED: error.messages}
    if report is not None and request.GET.get("format") == "csv":
        return _csv(report)
    response = show_page(request, admin.site, "deals/reports/pipeline.html", _("Pipeline report"))
    response.context_data.update(_context(request, user, report, faults))  # type: ignore[union-attr]
    response.status_code = 400 if faults else 200
    return response


def _context(
    request: HttpRequest, user: User, report: PipelineReport | None, faults: dict[str, list[str]]
) -> dict[str, Any]:
    bar = controls(request, faults)
    known = {TYPED, *(control.name for control in bar)}
    context: dict[str, Any] = {
        "media": Media(css={"all": ["deals/deals.css", "deals/reports.css"]}, js=["contacts/typing.js"]),
        "controls": bar,
        "company_box": company_box(request),
        "company_error": " ".join(faults.get(TYPED, []) + faults.get("company", [])),
        "other_faults": {name: found for name, found in faults.items() if name not in known | {"company"}},
        "chips": chips(request),
        "scope_line": SCOPE_LINES[user.scope],
        "report": report,
    }
    if report is not None:
        context |= {
            "sentence": report.sentence(),
            "csv_link": f"?{urlencode(_address(report) | {'format': 'csv'}, safe=',')}",
            "left_out": [(part.reason, part.count, _list(part.filters)) for part in report.left_out],
        }
    if report is not None and report.why_empty is None:
        context |= {"tiles": _tiles(report), "charts": _charts(report), "table": _table(report)}
    return context


def _address(report: PipelineReport) -> dict[str, str]:
    return {**as_texts(report.filters), "group_by": report.group_by, "date": report.dated_by}


def _list(filters: DealFilters, outcomes: tuple[str, ...] = ()) -> str:
    """Return the address of the list of these deals; without a filter it would show the open ones only."""
    query = as_query(narrowed(filters, outcome=outcomes) if outcomes else filters) or "outcome=all"
    return f"{reverse('admin:deals_deal_changelist')}?{query}"


def _csv(report: PipelineReport) -> HttpResponse:
    # The mark at the start tells spreadsheets that the file is UTF-8.
    response = HttpResponse("\ufeff" + as_csv(report), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pipeline-report.csv"'
    return response


def _tiles(report: PipelineReport) -> list[Tile]:
    total = report.total
    shown = dict(zip(COLUMNS, cells(total, report), strict=True))
    won_and_lost = _("%(won)s won, %(lost)s lost") % {"won": shown["won"], "lost": shown["lost"]}
    average = _("%(amount)s on average") % {"amount": shown["average_won"]} if total.won else _("Nothing won yet")
    median = _("half of them within %(days)s days") % {"days": shown["median_days_to_win"]} if total.won else ""
    return [
        Tile(_("Revenue"), shown["revenue"], average, _list(report.filters, ("won",))),
        Tile(_("Win rate"), shown["win_rate"], won_and_lost, _list(report.filters, ("won", "lost"))),
        Tile(_("Days to win"), shown["mean_days_to_win"], median, _list(report.filters, ("won",))),
        Tile(_("Open"), shown["open"], shown["open_amount"], _list(report.filters, ("open",))),
    ]


def _charts(report: PipelineReport) -> list[tuple[Chart, int]]:
    """Return the charts with their heights in pixels."""
    grouping = GROUPINGS.get(report.group_by)
    if grouping is None or not report.groups:
        return []
    groups, across = report.groups, not grouping.by_date
    groups = groups[:MOST_BARS] if across else groups[-MOST_BARS * 2 :]
    note = ""
    if len(groups) < len(report.groups):
        note = _("The first %(shown)s of %(all)s; the table has them all.") % {
            "shown": len(groups),
            "all": show_number(len(report.groups)),
        }
    labels = [group.label for group in groups]
    by = str(grouping.label).lower()
    height = max(LEAST_PIXELS, PIXELS_A_BAR * len(groups) + 60) if across else LEAST_PIXELS
    money = Chart(
        _("Revenue by %(group)s, %(currency)s") % {"group": by, "currency": report.currency or ""},
        labels,
        [(_("Revenue"), _series(groups, "revenue"))],
        horizontal=across,
        note=note,
    )
    deals = Chart(
        _("Deals by %(group)s") % {"group": by},
        labels,
        [
            (_("Won"), _series(groups, "won")),
            (_("Open"), _series(groups, "open")),
            (_("Lost"), _series(groups, "lost")),
        ],
        horizontal=across,
        stacked=True,
        note=note,
    )
    return [(chart, height) for chart in (money, deals) if not chart.is_empty]


def _series(groups: list[Group], name: str) -> list[float]:
    return [float(getattr(group.numbers, name)) for group in groups]


def _table(report: PipelineReport) -> dict[str, Any]:
    rows = [
        (group.label, _list(group.filters), list(_cells(group.numbers, group.filters, report)))
        for group in report.groups
    ]
    return {
        "head": headings(),
        "group": GROUPINGS[report.group_by].label if report.group_by else "",
        "rows": rows,
        "total": list(_cells(report.total, report.filters, report)),
    }


def _cells(numbers: Numbers, filters: DealFilters, report: PipelineReport) -> Iterator[Cell]:
    counts = {"won": numbers.won, "lost": numbers.lost, "open": numbers.open}
    for name, text in zip(COLUMNS, cells(numbers, report), strict=True):
        made_of = _MADE_OF.get(name, ())
        behind = sum(counts[outcome] for outcome in made_of or counts)
        yield Cell(text, _list(filters, made_of) if behind else "")


register_page("reports/pipeline/", "pipeline_report", pipeline_report_page)
