"""Ships the levels of reminders on an empty database; what a company changes afterwards stays."""

from deals.billing.dunning import DunningLevel, Tone

LEVELS = ((1, 7, Tone.FRIENDLY), (2, 21, Tone.FIRM), (3, 45, Tone.LAST))


def ship_dunning_levels() -> None:
    """Make three levels where there is none yet."""
    if DunningLevel.objects.exists():
        return
    DunningLevel.objects.bulk_create(
        DunningLevel(level=level, days_overdue=days, tone=tone) for level, days, tone in LEVELS
    )
