"""Numbers without gaps: a counter row, locked by the transaction that issues the document."""

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from deals.documents.seller import NumberSeries, Seller, Series


class NumberRefused(DomainError):
    """A document can't be numbered so."""

    code = "number_refused"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number as printed, its parts, and the day that the document carries."""

    number: str
    year: int
    sequence: int
    day: date


def take_number(seller: Seller, series: Series, *, on: date | None = None) -> Numbered:
    """Take the next number of a series; call it in the transaction that issues the document, as late as possible.

    The day is today in the seller's time zone, read when the counter is locked, so that numbers and days rise
    together; a day ``on`` that was asked for must not lie in the future, nor before the last one of the series. If the
    transaction is rolled back, so is the counter: no number is ever missing. Raises NumberRefused.
    """
    assert connection.in_atomic_block, "Numbers are taken in the transaction that issues the document."  # noqa: S101
    last_dated = _lock(seller, series)
    today = local_day(seller)
    day = _checked_day(on, today, last_dated) if on else max(today, last_dated or today)
    row, _created = NumberSeries.objects.get_or_create(
        seller=seller, series=series, year=day.year, defaults={"last_dated": day}
    )
    row.last_number += 1
    row.last_dated = day
    row.save(update_fields=["last_number", "last_dated"])
    number = f"{seller.prefix_of(series)}-{day.year}-{row.last_number:05d}"
    return Numbered(number, day.year, row.last_number, day)


def local_day(seller: Seller, at: datetime | None = None) -> date:
    """Return what day it is, or was at a moment, where the seller is."""
    return timezone.localdate(at, timezone=zoneinfo.ZoneInfo(seller.time_zone))


def _lock(seller: Seller, series: Series) -> date | None:
    """Let one document of a seller be numbered at a time; return the day of the series' last one.

    The seller's row is locked rather than the year's counter: at midnight on New Year's Eve there are two of those.
    """
    Seller.objects.select_for_update(no_key=True).filter(pk=seller.pk).values_list("pk").get()
    rows = NumberSeries.objects.filter(seller=seller, series=series).order_by("-year")
    return rows.values_list("last_dated", flat=True).first()


def _checked_day(on: date, today: date, last_dated: date | None) -> date:
    if on > today:
        raise NumberRefused(_("A document can't be dated in the future."), code="dated_in_the_future")
    if last_dated and on < last_dated:
        sentence = _("The last one of this series is dated %(day)s. Choose that day or a later one.")
        raise NumberRefused(
            sentence % {"day": last_dated}, code="dated_before_the_last", facts={"last": last_dated.isoformat()}
        )
    return on
