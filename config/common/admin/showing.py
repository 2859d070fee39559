"""How moments are written where space is short."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString


def short_day(moment: datetime) -> str:
    """Return the day of a moment; this year's without the year."""
    local = timezone.localtime(moment)
    return date_format(local, "MONTH_DAY_FORMAT" if local.year == timezone.localtime().year else "SHORT_DATE_FORMAT")


def short_moment(moment: datetime) -> SafeString:
    """Return the time of a moment of today, else its day; the whole moment shows when one points at it."""
    local = timezone.localtime(moment)
    text = date_format(local, "TIME_FORMAT") if local.date() == timezone.localdate() else short_day(moment)
    whole = date_format(local, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), whole, text)
