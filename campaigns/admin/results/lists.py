"""The list behind a figure: exactly the people, touches, deals, costs or shares that it counts, and as a file."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from campaigns.admin.results.showing import MEDIA, may_read, page_address, scope_line
from campaigns.models import AttributionModel
from campaigns.results.asking import SCOPES, Question, read_question
from campaigns.results.rows import Kind, Rows, rows_of, title_of
from campaigns.results.tables import rows_csv
from config.common.admin.base import change_address
from config.common.admin.pages import register_page, show_page
from config.common.admin.showing import short_moment
from config.common.money import show_money, show_number
from deals.models import Currency

PAGE_SIZE = 50
_BESIDES = ("figure", "page", "format")


@require_safe
def result_list_page(request: HttpRequest) -> HttpResponseBase:
    """Show the rows behind ``?figure=``, by pages, or hand all of them out as CSV."""
    user: Any = request.user
    if not may_read(user):
        raise PermissionDenied
    given = {name: request.GET[name] for name in request.GET if name not in _BESIDES}
    try:
        question = read_question(user, given)
    except ValidationError as error:
        raise Http404 from error
    rows = rows_of(question, request.GET.get("figure", ""))
    if rows is None:
        raise Http404
    return show_rows(request, rows, title_of(rows.code) or _("Left out"), question)


def show_rows(request: HttpRequest, rows: Rows, title: str, question: Question | None) -> HttpResponseBase:
    """Show a page of rows with how many there are."""
    if request.GET.get("format") == "csv":
        response = StreamingHttpResponse(("\ufeff", *rows_csv(rows)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="rows.csv"'
        return response
    page = Paginator(rows.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    number = page.paginator.count
    head, cells = _TABLES[rows.kind]
    currency = Currency.objects.of_company()
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "heading": _heading(rows.kind, number),
        "about": about(question) if question else "",
        "back": page_address(question) if question else "",
        "scope_line": scope_line(request.user),  # type: ignore[arg-type]
        "head": head(),
        "rows": [cells(row, currency) for row in page],
        "page": page,
        "csv_link": f"?{query.urlencode()}&format=csv",
        "page_link": f"?{query.urlencode()}&page=",
        "media": MEDIA,
    }
    return show_page(request, admin.site, "campaigns/results/list.html", title, **context)


def about(question: Question) -> str:
    """Return what the question is about in words: the campaign, the channel, the days, the model."""
    parts = [
        str(model.objects.filter(pk=getattr(question, name)).first() or "")
        for name, model in SCOPES.items()
        if getattr(question, name) is not None
    ]
    if question.first or question.last:
        days = [date_format(day, "SHORT_DATE_FORMAT") if day else "…" for day in (question.first, question.last)]
        parts.append(f"{days[0]} – {days[1]}")
    if question.model is not None:
        parts.append(str(AttributionModel.objects.filter(pk=question.model).first() or ""))
    return " · ".join(part for part in parts if part)


def _heading(kind: Kind, number: int) -> str:
    sentences = {
        Kind.PEOPLE: ngettext("%(number)s contact", "%(number)s contacts", number),
        Kind.TOUCHES: ngettext("%(number)s touch", "%(number)s touches", number),
        Kind.DEALS: ngettext("%(number)s deal", "%(number)s deals", number),
        Kind.COSTS: ngettext("%(number)s cost", "%(number)s costs", number),
        Kind.SHARES: ngettext("%(number)s share of money", "%(number)s shares of money", number),
    }
    return sentences[kind] % {"number": show_number(number)}


# A row is a list of cells: text, and the address it leads to or nothing.
Cells = list[tuple[Any, str]]


def _person(contact: Any, currency: Currency) -> Cells:
    reached = short_moment(contact.reached_at) if contact.reached_at else ""
    return [(contact.full_name, change_address(contact)), (contact.get_lifecycle_stage_display(), ""), (reached, "")]


def _who(touch: Any) -> tuple[Any, str]:
    if touch.contact is not None:
        return (touch.contact.full_name, change_address(touch.contact))
    return (_("Visitor whom we don't know"), "")


def _touch(touch: Any, currency: Currency) -> Cells:
    what = (touch.get_kind_display(), "")
    return [(short_moment(touch.at), ""), _who(touch), what, (touch.campaign, ""), (touch.channel, "")]


def _deal(deal: Any, currency: Currency) -> Cells:
    amount = show_money(deal.amount, deal.currency_id, deal.currency.minor_units)
    closed = date_format(deal.closed_on, "SHORT_DATE_FORMAT") if deal.closed_on else ""
    name = (deal.name, change_address(deal))
    return [name, (deal.company or "–", ""), (deal.get_outcome_display(), ""), (closed, ""), (amount, "")]


def _cost(cost: Any, currency: Currency) -> Cells:
    day = (date_format(cost.day, "SHORT_DATE_FORMAT"), "")
    what = (cost.supplier or cost.note or "–", "")
    amount = show_money(cost.amount, cost.currency_id, cost.currency.minor_units)
    worth = _("no rate") if cost.worth is None else show_money(cost.worth, currency.code, currency.minor_units)
    return [day, what, (cost.campaign or cost.plan, ""), (cost.channel, ""), (amount, ""), (worth, "")]


def _share(share: Any, currency: Currency) -> Cells:
    touch = share.touch
    weight = f"{show_number(round(share.weight * 100, 1))} %"
    amount = show_money(share.amount, currency.code, currency.minor_units)
    touched = (short_moment(touch.at), "")
    who, name = _who(touch), (share.deal.name, change_address(share.deal))
    return [name, who, touched, (touch.channel, ""), (weight, ""), (amount, "")]


_TABLES: dict[Kind, tuple[Callable[[], list[str]], Callable[[Any, Currency], Cells]]] = {
    Kind.PEOPLE: (lambda: [_("Name"), _("Stage"), _("Reached")], _person),
    Kind.TOUCHES: (lambda: [_("When"), _("Who"), _("What"), _("Campaign"), _("Channel")], _touch),
    Kind.DEALS: (lambda: [_("Deal"), _("Company"), _("Outcome"), _("Closed"), _("Amount")], _deal),
    Kind.COSTS: (lambda: [_("Date"), _("For"), _("Campaign"), _("Channel"), _("Amount"), _("Counts as")], _cost),
    Kind.SHARES: (lambda: [_("Deal"), _("Person"), _("Touch"), _("Channel"), _("Weight"), _("Share")], _share),
}

register_page("campaigns/results/list/", "campaign_result_list", result_list_page)
