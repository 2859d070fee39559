"""The filters of the lists of invoices and payments: named as in the API, each accepting only what it offers."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.common.admin.filters import Chip, ChoiceFilter, chips
from contacts.models import Company, Contact
from deals.admin.reading import as_id
from deals.billing.figures import OWED
from deals.billing.kinds import InvoiceKind, InvoiceStatus
from deals.billing.receivables import Age, of_age
from deals.models import Currency, Deal, Seller


class StatusFilter(ChoiceFilter):
    """How an invoice stands today: one status, or several by comma as links send them."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer every status of an invoice, and those that are to be paid together."""
        single = [choice for choice in InvoiceStatus.choices if choice[0] != InvoiceStatus.ISSUED]
        return [(",".join(OWED), _("To be paid")), *single]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those with a chosen status; without a choice, all but the discarded."""
        chosen = self.value()
        if chosen is None:
            return queryset.exclude(state=InvoiceStatus.DISCARDED)
        return queryset.filter(status__in=chosen.split(","))


class KindFilter(ChoiceFilter):
    """Invoices or credit notes; a switch above the list chooses."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return list(InvoiceKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep one kind; invoices, if none is named."""
        return queryset.filter(kind=self.value() or InvoiceKind.INVOICE)


class AgeFilter(ChoiceFilter):
    """How late what is owed is: the columns of the receivables."""

    title = _("age of what is open")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the ages."""
        return list(Age.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what is owed and so late."""
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(of_age(Age(chosen), timezone.localdate()), status__in=OWED)


class _RowFilter(ChoiceFilter):
    """Rows that point at one record. Few records are offered all; of many, only the one that a link chose."""

    model: ClassVar[Any] = None
    offers_all: ClassVar[bool] = False

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what the reader may see."""
        rows = self.model.objects.all()
        rows = rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows
        if not self.offers_all:
            chosen = request.GET.get(str(self.parameter_name), "")
            rows = rows.filter(pk=as_id(chosen)) if chosen else rows.none()
        return [(str(row.pk), str(row)) for row in rows]

    def has_output(self) -> bool:
        """Stay away where there is nothing to choose from."""
        return bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen record."""
        return queryset.filter(self.condition(self.value())) if self.value() else queryset

    def condition(self, chosen: Any) -> Q:
        """Return the condition that a row points at the chosen record."""
        return Q(**{str(self.parameter_name): chosen})


class SellerFilter(_RowFilter):
    """Which of our companies."""

    title, parameter_name, model, offers_all = _("seller"), "seller", Seller, True


class CurrencyFilter(_RowFilter):
    """In which currency."""

    title, parameter_name, model, offers_all = _("currency"), "currency", Currency, True


class CompanyFilter(_RowFilter):
    """Of one company."""

    title, parameter_name, model = _("company"), "company", Company


class ContactFilter(_RowFilter):
    """Which name one person, whether they or their company pay."""

    title, parameter_name, model = _("contact"), "contact", Contact


class PersonFilter(_RowFilter):
    """Which one person owes on their own account, without a company."""

    title, parameter_name, model = _("person"), "person", Contact

    def condition(self, chosen: Any) -> Q:
        """Leave out those that a company pays."""
        return Q(contact=chosen, company__isnull=True)


class DealFilter(_RowFilter):
    """Of one deal."""

    title, parameter_name, model = _("deal"), "deal", Deal


class DayFilter(SimpleListFilter):
    """Rows from or until a day. What is no day counts as none."""

    template = "deals/filter.html"
    lookup: ClassVar[str] = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer a calendar instead."""
        return []

    def has_output(self) -> bool:
        """Show the calendar."""
        return True

    def day(self) -> date | None:
        """Return the chosen day."""
        try:
            return parse_date(self.value() or "")
        except ValueError:
            return None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows on the right side of the day."""
        day = self.day()
        return queryset if day is None else queryset.filter(**{self.lookup: day})

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Give the template the control's value."""
        day = self.day()
        yield {
            "name": self.parameter_name,
            "value": day.isoformat() if day else "",
            "choices": [],
            "type": "date",
        }


class IssuedFrom(DayFilter):
    """Dated on a day or later."""

    title, parameter_name, lookup = _("dated from"), "issued_from", "issued_on__gte"


class IssuedTo(DayFilter):
    """Dated on a day or before."""

    title, parameter_name, lookup = _("dated until"), "issued_to", "issued_on__lte"


class DueFrom(DayFilter):
    """Due on a day or later."""

    title, parameter_name, lookup = _("due from"), "due_from", "due_on__gte"


class DueTo(DayFilter):
    """Due on a day or before."""

    title, parameter_name, lookup = _("due until"), "due_to", "due_on__lte"


class ReceivedFrom(DayFilter):
    """Received on a day or later."""

    title, parameter_name, lookup = _("received from"), "received_from", "received_on__gte"


class ReceivedTo(DayFilter):
    """Received on a day or before."""

    title, parameter_name, lookup = _("received until"), "received_to", "received_on__lte"


def chips_with_days(changelist: Any, *, leave_out: tuple[str, ...] = ()) -> list[Chip]:
    """Return the filters in force, days too; those that tabs and switches show are left out."""
    titles = {str(capfirst(spec.title)) for spec in changelist.filter_specs if spec.parameter_name in leave_out}
    found = [chip for chip in chips(changelist) if chip.title not in titles]
    for spec in changelist.filter_specs:
        day = spec.day() if isinstance(spec, DayFilter) else None
        if day is not None:
            without = changelist.get_query_string(remove=[spec.parameter_name, PAGE_VAR])
            found.append(Chip(str(capfirst(spec.title)), date_format(day, "j M Y"), without))
    return found
