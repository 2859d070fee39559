"""The page “Campaign results”: all campaigns, channels, segments or plans in a table, or the figures of one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from campaigns.admin.results.lists import about
from campaigns.admin.results.showing import MEDIA, as_context, link_of, may_read, page_address, scope_line
from campaigns.models import AttributionModel
from campaigns.results.asking import SCOPES, Question, read_question
from campaigns.results.figures import Results, results_by, results_of
from campaigns.results.numbers import ALL, COSTS, MARGIN, MONEY, PEOPLE, TOUCHES, UNSHARED
from campaigns.results.tables import results_csv
from config.common.admin.home import Chart
from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from deals.models import Currency

MOST_GROUPS, MOST_BARS = 200, 20
BY: dict[str, str | Promise] = {
    "campaign": gettext_lazy("Campaign"),
    "channel": gettext_lazy("Channel"),
    "segment": gettext_lazy("Segment"),
    "plan": gettext_lazy("Marketing plan"),
}
COLUMNS = ("reach", "leads", "cost", "cost_per_lead", "customers", "paid", "margin", "return")
SHOWN = (TOUCHES, PEOPLE, COSTS, MONEY, MARGIN, UNSHARED)
_BESIDES = ("by", "order", "format")


@dataclass(frozen=True, slots=True)
class Table:
    """The overview's table: each column with the address that sorts by it, each row with its cells."""

    head: list[tuple[str, str, str]]
    rows: list[tuple[str, str, list[tuple[str, str]]]]


@require_safe
def campaign_results_page(request: HttpRequest) -> HttpResponse:
    """Show the overview, or with ``?campaign=`` (or channel, segment, plan) the figures of that one."""
    user: Any = request.user
    if not may_read(user):
        raise PermissionDenied
    given = {name: request.GET[name] for name in request.GET if name not in _BESIDES}
    faults: dict[str, list[str]] = {}
    try:
        question = read_question(user, given)
    except ValidationError as error:
        faults, question = error.message_dict, Question(user)
    one = any(getattr(question, name) is not None for name in SCOPES)
    context: dict[str, Any] = {"faults": faults, "media": MEDIA, **_bar(request, question, one=one)}
    if one:
        shown = as_context(results_of(question), user)
        words = about(question)
        context |= {"shown": shown, "sentence": shown["sentence"], "about": words}
        template, title = "campaigns/results/one.html", words or _("Campaign results")
    else:
        by = request.GET.get("by", "")
        # The table shows a part of the figures, the file all of them.
        families = ALL if request.GET.get("format") == "csv" else SHOWN
        found = _groups(question, by if by in BY else "campaign", families)
        if request.GET.get("format") == "csv" and not faults:
            return _csv(found, by if by in BY else "campaign")
        context |= _overview(request, found, by if by in BY else "campaign")
        template, title = "campaigns/results/overview.html", _("Campaign results")
    response = show_page(request, admin.site, template, title, **context)
    response.status_code = 400 if faults else 200
    return response


def _bar(request: HttpRequest, question: Question, *, one: bool) -> dict[str, Any]:
    texts = question.as_texts()
    models = AttributionModel.objects.filter(is_active=True, runs__is_current=True).distinct()
    return {
        "by_choices": []
        if one
        else [(code, label, code == request.GET.get("by", "campaign")) for code, label in BY.items()],
        "model_choices": [(str(model.pk), model.name, str(model.pk) == texts.get("model")) for model in models],
        "texts": texts,
        "kept": {name: texts[name] for name in SCOPES if name in texts},
        "first": texts.get("from", ""),
        "last": texts.get("to", ""),
        "scope_line": scope_line(question.user) if question.user else "",
    }


def _groups(question: Question, by: str, families: tuple[str, ...]) -> list[tuple[str, Results]]:
    """Return the newest groups with their names and figures."""
    rows = list(SCOPES[by].objects.visible_to(question.user)[:MOST_GROUPS])
    found = results_by(question, by, [row.pk for row in rows], families)
    return [(str(row), results) for row, results in zip(rows, found, strict=True)]


def _overview(request: HttpRequest, found: list[tuple[str, Results]], by: str) -> dict[str, Any]:
    order = request.GET.get("order", "")
    ordered = _ordered(found, order)
    query = request.GET.copy()
    query.pop("order", None)
    return {
        "sentence": _sentence(found, by),
        "table": _table(ordered, order, query.urlencode()),
        "charts": [_chart(ordered, by)] if found else [],
        "by_label": BY[by],
        "left_out": [each.sentence for each in found[0][1].left_out] if found else [],
        "model": found[0][1].model if found else "",
        "csv_link": f"?{query.urlencode()}&format=csv",
        "note": _("The newest %(number)s are shown.") % {"number": MOST_GROUPS} if len(found) == MOST_GROUPS else "",
    }


def _ordered(found: list[tuple[str, Results]], order: str) -> list[tuple[str, Results]]:
    """Return the groups by a figure, those without it last; or as they came."""
    code = order.lstrip("-")
    if code not in COLUMNS:
        return found
    known = [each for each in found if each[1][code].value is not None]
    unknown = [each for each in found if each[1][code].value is None]
    by_value: Callable[[tuple[str, Results]], Any] = lambda each: each[1][code].value  # noqa: E731
    return [*sorted(known, key=by_value, reverse=order.startswith("-")), *unknown]


def _sentence(found: list[tuple[str, Results]], by: str) -> str:
    if not found:
        return _("There is nothing to compare yet. Make a campaign first.")
    earning = sum(1 for _name, each in found if each["return"].value is not None and each["return"].value > 0)
    returning = sum(1 for _name, each in found if each["return"].value is not None)
    sentence = ngettext(
        "%(earning)s of %(known)s with a known return earned more than it cost; %(all)s in all",
        "%(earning)s of %(known)s with a known return earned more than they cost; %(all)s in all",
        earning,
    )
    return sentence % {"earning": show_number(earning), "known": show_number(returning), "all": show_number(len(found))}


def _table(found: list[tuple[str, Results]], order: str, query: str) -> Table:
    head = []
    names = found[0][1].figures if found else {}
    for code in COLUMNS:
        is_sorted = "descending" if order == f"-{code}" else "ascending" if order == code else ""
        turned = code if order == f"-{code}" else f"-{code}"
        if names:
            head.append((names[code].name, f"?{query}&order={turned}", is_sorted))
    rows = [
        (name, page_address(each.question), [(each[code].text, link_of(each, each[code])) for code in COLUMNS])
        for name, each in found
    ]
    return Table(head, rows)


def _chart(found: list[tuple[str, Results]], by: str) -> Chart:
    shown = found[:MOST_BARS]
    facts = {"group": str(BY[by]).lower(), "currency": shown[0][1]["cost"].currency.code}
    return Chart(
        title=_("Cost and money by %(group)s, %(currency)s") % facts,
        labels=[name for name, _results in shown],
        series=[(names[code].name, [float(each[code].value or 0) for _name, each in shown])
                for names in [shown[0][1].figures] for code in ("cost", "paid", "margin")],
        links=[page_address(each.question) for _name, each in shown],
        horizontal=True,
        empty=_("No cost and no revenue yet."),
    )  # fmt: skip


def _csv(found: list[tuple[str, Results]], by: str) -> HttpResponse:
    # The mark at the start tells spreadsheets that the file is UTF-8.
    text = "\ufeff" + results_csv(str(BY[by]), found, Currency.objects.of_company().code)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="campaign-results.csv"'
    return response


register_page("campaigns/results/", "campaign_results", campaign_results_page)
