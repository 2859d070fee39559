"""How deals are written for people: money, days, initials, badges."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.money import show_money
from deals.models import Deal
from deals.pipeline.attention import Age


def amount_text(deal: Deal) -> str:
    """Return the amount in the deal's currency as its readers write it."""
    return show_money(deal.amount, deal.currency_id, deal.currency.minor_units)


def percent(value: Decimal) -> str:
    """Return ``40 %`` or ``12.5 %``."""
    return f"{value.normalize():f} %"


def days_text(days: int) -> str:
    """Return “1 day” or “9 days”."""
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def age_text(age: Age) -> str:
    """Return “9 of 7 days”, or “9 days” where no number is usual."""
    if age.usual is None:
        return days_text(age.days)
    return ngettext("%(days)s of %(usual)s day", "%(days)s of %(usual)s days", age.usual) % {
        "days": age.days,
        "usual": age.usual,
    }


def probability_text(deal: Deal) -> str:
    """Say where the probability comes from."""
    if deal.probability_source == "person":
        return _("set by hand; the stage has %(percent)s") % {"percent": percent(deal.stage.probability)}
    return _("follows the stage") if deal.is_open else _("closed")


def initials(user: Any) -> str:
    """Return up to two letters for a person: the first of the first and last word of the name."""
    words = str(user).split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
