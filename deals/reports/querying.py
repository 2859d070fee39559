"""Asking the database: one query; its rows count the deals of a group by outcome."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from config.common.money import ZERO
from deals.reports.asking import ReportQuestion
from deals.reports.statement import build


@dataclass(frozen=True, slots=True)
class Row:
    """Deals of one outcome in one group, as the database counts them. Without any deal there is one row of nulls.

    Amounts come in two parts, the second in thousandths. ``without_rate`` lists the currencies of the deals that have
    no amount, ``won_days`` the days that each won deal took, both by comma. The last four are the same in every row.
    """

    is_total: int | None
    key: Any
    outcome: str | None
    deals: int
    amount: Any
    amount_thousandths: Any
    days: int | None
    dated: int
    without_rate: str | None
    won_days: str | None
    label: str | None
    part_of: str | None
    place: int | None
    currency: str | None
    minor_units: int | None
    any_deal: bool
    any_visible: bool

    def exact_amount(self) -> Decimal:
        """Return both parts of the amount together."""
        whole = Decimal(self.amount or ZERO)
        return whole + Decimal(self.amount_thousandths).scaleb(-3) if self.amount_thousandths else whole


def ask(question: ReportQuestion) -> list[Row]:
    """Return the rows of the answer, at least one, from one query."""
    sql, parameters = build(question)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Row(*values) for values in cursor.fetchall()]
