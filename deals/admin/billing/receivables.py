"""The page “Receivables by age”: who owes what for how long, as a chart and a table, each number with its invoices."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from config.common.admin.home import Chart
from config.common.admin.pages import register_page, show_page
from config.common.money import as_text, show_money, show_number
from deals.admin.billing.page import MEDIA
from deals.admin.billing.showing import OWED_STATUS, invoice_list
from deals.admin.reading import reader_of
from deals.billing.receivables import Age, CustomerOwes, Receivables, receivables
from deals.models import Currency
from deals.reports.tables import harmless

PERMISSION = "deals.view_invoice"


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount and the list of the invoices that it is made of; no list where there is nothing."""

    text: str
    link: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What one customer owes in one currency."""

    name: str
    currency: str
    link: str
    cells: list[Cell]


@require_safe
def receivables_page(request: HttpRequest) -> HttpResponse:
    """Show the receivables of today, or hand them out as CSV."""
    user = reader_of(request)
    if not user.has_perm(PERMISSION):
        raise PermissionDenied
    today = timezone.localdate()
    owed = receivables(user, today)
    if request.GET.get("format") == "csv":
        return _csv(owed, today)
    currency = Currency.objects.of_company()
    context = {
        "heading": sentence_of_debts(owed, currency),
        "as_of": date_format(today, "j M Y"),
        "is_empty": not owed.rows,
        "may_add": user.has_perm("deals.add_invoice"),
        "may_remind": user.has_perm("deals.add_dunningletter"),
        "chart": age_chart(owed, currency),
        "ages": Age.labels,
        "rows": [_row(each) for each in owed.rows],
        "totals": [*_total_cells(owed, currency)],
        "currency": currency,
        "without_rate": owed.without_rate,
        "media": MEDIA,
    }
    return show_page(request, admin.site, "deals/billing/receivables.html", _("Receivables by age"), **context)


def sentence_of_debts(owed: Receivables, currency: Currency) -> str:
    """Return what the page is headed with: “$9,000.00 open, $1,200.00 of it overdue, 7 customers owe”."""
    customers = len({(row.company_id, row.contact_id) for row in owed.rows})
    if not customers:
        return _("Nobody owes anything.")
    labels = {
        "open": show_money(owed.total.total, currency.pk, currency.minor_units),
        "overdue": show_money(owed.total.overdue, currency.pk, currency.minor_units),
        "customers": ngettext("%(number)s customer owes", "%(number)s customers owe", customers)
        % {"number": show_number(customers)},
    }
    return _("%(open)s open, %(overdue)s of it overdue; %(customers)s") % labels


def age_chart(owed: Receivables, currency: Currency) -> Chart:
    """Return what is open by its age in the company's currency, each bar with its list."""
    amounts = [owed.total.by_age[age] for age in Age.values]
    shown = [show_money(amount, currency.pk, currency.minor_units) for amount in amounts]
    note = _("In %(currency)s") % {"currency": currency.pk}
    if owed.without_rate:
        note += _(", without %(currencies)s: there is no exchange rate") % {"currencies": ", ".join(owed.without_rate)}
    return Chart(
        title=_("Receivables by age"),
        labels=[str(label) for label in Age.labels],
        series=[(_("Open"), [float(amount) for amount in amounts])],
        table=[[_("Age"), _("Open")], *([str(label), text] for label, text in zip(Age.labels, shown, strict=True))],
        links=[invoice_list(age=age) for age in Age.values],
        horizontal=True,
        note=note,
        empty=_("Nobody owes anything."),
    )


def _row(owes: CustomerOwes) -> Row:
    payer = {"company": owes.company_id} if owes.company_id else {"person": owes.contact_id}
    filters: dict[str, Any] = {**payer, "currency": owes.currency}
    cells = [
        Cell(
            show_money(amount, owes.currency, owes.minor_units) if amount else "–",
            invoice_list(**filters, age=age) if amount else "",
            is_late=bool(amount) and age != Age.NOT_DUE,
        )
        for age, amount in owes.by_age.items()
    ]
    everything = invoice_list(**filters, status=OWED_STATUS)
    cells.append(Cell(show_money(owes.total, owes.currency, owes.minor_units), everything))
    return Row(owes.name, owes.currency, everything, cells)


def _total_cells(owed: Receivables, currency: Currency) -> Iterator[Cell]:
    for age, amount in owed.total.by_age.items():
        yield Cell(show_money(amount, currency.pk, currency.minor_units), invoice_list(age=age) if amount else "")
    yield Cell(show_money(owed.total.total, currency.pk, currency.minor_units), invoice_list(status=OWED_STATUS))


def _csv(owed: Receivables, today: date) -> HttpResponse:
    file = StringIO()
    table = csv.writer(file)
    table.writerow([_("Customer"), _("Currency"), _("Invoices"), *map(str, Age.labels), _("Open")])
    for row in owed.rows:
        amounts = [as_text(each, row.minor_units) for each in (*row.by_age.values(), row.total)]
        table.writerow([harmless(row.name), row.currency, row.invoices, *amounts])
    # The mark at the start tells spreadsheets that the file is UTF-8.
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receivables-{today.isoformat()}.csv"'
    return response


register_page("billing/receivables/", "receivables", receivables_page)
