"""When a promise is moot: its deal was closed after it was planned, or the win behind a care plan was taken back."""

from django.utils.translation import gettext as _

from deals.activities.activity import Activity
from deals.pipeline.deal import Deal, Outcome


def why_moot(activity: Activity, deal: Deal | None) -> str:
    """Return in a sentence why the promise needs not be kept as its deal stands; an empty string if it needs to be.

    What was planned on an open deal served to win it, so it ends with the deal, appointments included: an appointment
    that nobody prepares is worse than one that is taken back, and one that is still wanted is opened again with a
    click. What was planned when the deal was closed already (the care plan; a new try in a year) knew how it stood.
    """
    if deal is None or deal.outcome == activity.deal_outcome:
        return ""
    if deal.outcome == Outcome.WON:
        return _("The deal was won.")
    if deal.outcome == Outcome.LOST:
        return _("The deal was lost.")
    return _("The deal was opened again.") if activity.care_step_id else ""
