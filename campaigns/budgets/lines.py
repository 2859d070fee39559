"""What is planned: an amount for a channel and a month, written one by one or shared out exactly."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.budgets.models import BudgetLine
from campaigns.budgets.pots import Pot, lock_paying
from campaigns.budgets.refusing import BudgetRefused
from campaigns.budgets.watching import watch
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from config.common.money import ZERO, split
from contacts.models import User
from deals.catalogue.amounts import check_exact
from deals.models import Currency

# A budget of more months than this is a mistake in a date.
MOST_MONTHS = 60


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def months_of(first: date, last: date) -> list[date]:
    """Return the first days of all months that a period touches."""
    months: list[date] = []
    month = month_of(first)
    while month <= last and len(months) < MOST_MONTHS:
        months.append(month)
        month = month_after(month)
    return months


def month_after(month: date, number: int = 1) -> date:
    """Return the first day of the month so many months later (or earlier, below zero)."""
    count = month.year * 12 + month.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)


@transaction.atomic
def set_lines(pot: Pot, amounts: Mapping[tuple[Channel, date], Decimal | None], *, by: User | None) -> list[BudgetLine]:
    """Write what is planned for channels and months; nothing (None) takes a line out, zero is a plan to spend nothing.

    Amounts are in the company's currency. Raises ValidationError for an amount that it can't hold exactly. Refuses
    ``plan_replaced``.
    """
    currency = Currency.objects.of_company()
    for amount in amounts.values():
        check_exact(amount, currency)
        if amount is not None and amount < ZERO:
            raise ValidationError(_("A budget can't be below zero."))
    locked = lock_paying(pot)
    there = {(line.channel_id, line.month): line for line in BudgetLine.objects.filter(locked.condition)}
    written = []
    for (channel, month), amount in amounts.items():
        line = there.get((channel.pk, month_of(month)))
        if amount is None:
            if line is not None:
                line._history_user = by
                line.delete()
        elif line is None or line.amount != amount:
            line = line or BudgetLine(channel=channel, month=month_of(month), **locked.columns)
            line.amount, line._history_user = amount, by
            line.full_clean()
            line.save()
            written.append(line)
    watch(locked, by=by)
    return written


@transaction.atomic
def spread(campaign: Campaign, amount: Decimal, *, channels: Iterable[Channel], by: User | None) -> list[BudgetLine]:
    """Plan an amount for a campaign without a budget: shared over its months by their days, and channels, exactly.

    Refuses ``budget_exists`` and ``channels_missing``.
    """
    chosen = list(channels)
    if not chosen:
        raise BudgetRefused(_("Choose at least one channel for the budget."), code="channels_missing")
    if BudgetLine.objects.filter(campaign=campaign.pk).exists():
        sentence = _("“%(campaign)s” has a budget already. Change its table instead.")
        raise BudgetRefused(sentence % {"campaign": campaign}, code="budget_exists")
    months = months_of(campaign.starts_on, campaign.ends_on)
    weights = [Decimal(_days_in(campaign, month)) for month in months for _channel in chosen]
    places = [(channel, month) for month in months for channel in chosen]
    parts = split(amount, weights, Currency.objects.of_company().minor_units)
    return set_lines(Pot(campaign=campaign), dict(zip(places, parts, strict=True)), by=by)


def _days_in(campaign: Campaign, month: date) -> int:
    last = min(campaign.ends_on, month_after(month) - timedelta(days=1))
    return (last - max(campaign.starts_on, month)).days + 1
