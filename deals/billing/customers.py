"""How far a customer has become money: quoted, invoiced, paid and open, in each currency by itself."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from config.common.money import ZERO, AmountField
from config.common.sql import exact
from contacts.models import Company, Contact, User
from deals.billing.dealing import COUNTING
from deals.billing.invoice import Invoice, InvoiceQuerySet
from deals.billing.payment import Allocation
from deals.catalogue.models import Currency
from deals.quotes.models import Quote, QuoteRevision


@dataclass(frozen=True, slots=True)
class CustomerMoney:
    """The money of a customer in one currency. Invoiced is less credit notes."""

    currency: str
    minor_units: int
    quoted: Decimal
    invoiced: Decimal
    paid: Decimal

    @property
    def open(self) -> Decimal:
        """What is still to be paid."""
        return self.invoiced - self.paid


def money_of_company(company: Company, reader: User) -> list[CustomerMoney]:
    """Return what the reader may see of a company's money, for one query; empty where there was none."""
    return _money(Q(company=company.pk), Q(deal__company=company.pk), reader)


def money_of_contact(contact: Contact, reader: User) -> list[CustomerMoney]:
    """Return the same of documents that name a person, whether they or their company pay."""
    return _money(Q(contact=contact.pk), Q(contact=contact.pk), reader)


def _money(billed: Q, offered: Q, reader: User) -> list[CustomerMoney]:
    issued = Invoice.objects.visible_to(reader).filter(billed).issued()
    own = Currency.objects.annotate(
        quoted=_sum(_offers(Quote.objects.visible_to(reader).filter(offered)), "total"),
        billed=_sum(issued.invoices(), "total"),
        given_back=_sum(issued.credit_notes(), "total"),
        paid=_sum(_allocations(issued), "amount", currency="invoice__currency"),
    ).annotate(invoiced=exact(F("billed") - F("given_back")))
    some: Any = own.exclude(quoted=0, billed=0).order_by("-is_company_currency", "code")
    return [CustomerMoney(each.code, each.minor_units, each.quoted, each.invoiced, each.paid) for each in some]


def _allocations(invoices: InvoiceQuerySet) -> QuerySet[Allocation]:
    return Allocation.objects.filter(taken_back_at__isnull=True, invoice__in=invoices.order_by().values("pk"))


def _offers(quotes: QuerySet[Quote]) -> QuerySet[QuoteRevision]:
    """Return the revision sent last of each deal's newest quote that the customer may still accept, or has accepted."""
    sent = QuoteRevision.objects.filter(quote__state__in=COUNTING, sent_at__isnull=False)
    later = Q(sent_at__gt=OuterRef("sent_at")) | Q(sent_at=OuterRef("sent_at"), pk__gt=OuterRef("pk"))
    newer = sent.filter(later, quote__deal=OuterRef("quote__deal"))
    return sent.filter(~Exists(newer), quote__in=quotes.order_by().values("pk"))


def _sum(rows: Any, amount: str, *, currency: str = "currency") -> Coalesce:
    of_currency = rows.filter(**{currency: OuterRef("pk")}).order_by().values(currency)
    summed = of_currency.annotate(summed=exact(Sum(amount))).values("summed")
    return Coalesce(Subquery(summed), ZERO, output_field=AmountField())
