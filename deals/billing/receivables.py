"""What customers owe by how late it is, for each customer and currency, and all together in the company's currency."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import DateField, Q, Value
from django.utils.translation import gettext_lazy as _

from config.common.money import ZERO
from contacts.models import User
from deals.billing.invoice import Invoice
from deals.catalogue.conversion import in_company_currency


class Age(models.TextChoices):
    """How many days ago an open invoice was due."""

    NOT_DUE = "not_due", _("Not due")
    DAYS_1_30 = "1_30", _("1–30 days")
    DAYS_31_60 = "31_60", _("31–60 days")
    DAYS_61_90 = "61_90", _("61–90 days")
    OVER_90 = "over_90", _("Over 90 days")


_UP_TO = ((0, Age.NOT_DUE), (30, Age.DAYS_1_30), (60, Age.DAYS_31_60), (90, Age.DAYS_61_90))


@dataclass(slots=True)
class Aged:
    """Amounts of one currency by age."""

    by_age: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(Age.values, ZERO))
    invoices: int = 0

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.by_age.values(), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What should have been paid."""
        return self.total - self.by_age[Age.NOT_DUE]

    def add(self, age: str, amount: Decimal) -> None:
        """Add what is open on one invoice."""
        self.by_age[age] += amount
        self.invoices += 1


@dataclass(slots=True)
class CustomerOwes(Aged):
    """What one customer owes in one currency: the company, or a person on their own account."""

    company_id: int | None = None
    contact_id: int | None = None
    name: str = ""
    currency: str = ""
    minor_units: int = 2


@dataclass(slots=True)
class Receivables:
    """Who owes what on a day, the largest debts in the company's currency first, and the sum in that currency.

    The sum leaves out the currencies that have no rate on that day: ``without_rate`` says which.
    """

    rows: list[CustomerOwes]
    total: Aged
    without_rate: list[str]


def age_of(due_on: date, day: date) -> Age:
    """Return how late something that was due is on a day."""
    late = (day - due_on).days
    return next((age for most, age in _UP_TO if late <= most), Age.OVER_90)


def of_age(age: Age, day: date) -> Q:
    """Return the condition that something that is owed is of an age on a day: for many what ``age_of`` says of one."""
    ages = [each for _most, each in _UP_TO]
    place = ages.index(age) if age in ages else len(_UP_TO)
    condition = Q()
    if place < len(_UP_TO):
        condition &= Q(due_on__gte=day - timedelta(days=_UP_TO[place][0]))
    if place > 0:
        condition &= Q(due_on__lt=day - timedelta(days=_UP_TO[place - 1][0]))
    return condition


def receivables(user: User, day: date) -> Receivables:
    """Return what the user's customers owe now, by its age on a day, converted by that day's rates. Costs one query.

    Amounts are added here, in decimals: SQLite would add floats.
    """
    rows: dict[tuple[Any, ...], CustomerOwes] = {}
    worth: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    total, without_rate = Aged(), set[str]()
    for each in _owed(user, day).iterator(chunk_size=2000):
        key = (each.company_id, None if each.company_id else each.contact_id, each.currency_id)
        row = rows.setdefault(key, _customer(each))
        age = age_of(each.due_on, day)
        row.add(age, each.open_amount)
        if each.converted is None:
            without_rate.add(each.currency_id)
            continue
        total.add(age, each.converted)
        worth[key] += each.converted
    ordered = sorted(rows, key=lambda key: (-worth[key], rows[key].name, rows[key].currency))
    return Receivables([rows[key] for key in ordered], total, sorted(without_rate))


def _owed(user: User, day: date) -> Any:
    owed = Invoice.objects.visible_to(user).owed().order_by("pk")
    converted = in_company_currency("open_amount", Value(day, output_field=DateField()))
    return owed.annotate(converted=converted).select_related("company", "contact", "currency")


def _customer(invoice: Invoice) -> CustomerOwes:
    company = invoice.company
    return CustomerOwes(
        company_id=invoice.company_id,
        contact_id=None if company else invoice.contact_id,
        name=str(company or invoice.contact),
        currency=invoice.currency_id,
        minor_units=invoice.currency.minor_units,
    )
