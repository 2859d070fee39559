"""What is refused about activities, and in which words."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from contacts.models import User
from deals.activities.activity import Activity
from deals.activities.kinds import ActivityState

_FAR = timedelta(days=100 * 365)


class ActivityRefused(DomainError):
    """An activity or a reminder can't be changed that way now."""

    code = "activity_refused"


def refuse_unless_planned(activity: Activity) -> None:
    """Refuse what only a promise that is still to be kept allows: ``activity_done`` or ``activity_cancelled``."""
    labels = {"activity": activity.subject}
    if activity.state == ActivityState.DONE:
        sentence = _("“%(activity)s” is done already. Open it again to change that.")
        raise ActivityRefused(sentence % labels, code="activity_done")
    if activity.state == ActivityState.CANCELLED:
        sentence = _("“%(activity)s” was cancelled. Open it again, or plan a new one.")
        raise ActivityRefused(sentence % labels, code="activity_cancelled")


def refuse_unless_able(owner: User) -> None:
    """Refuse to give a promise to somebody who can't keep it: ``owner_inactive``."""
    if not owner.is_staff:
        sentence = _("%(name)s can't sign in, so nothing can be given to them. Choose somebody else.")
        raise ActivityRefused(sentence % {"name": owner}, code="owner_inactive")


def refuse_too_far(day: date) -> None:
    """Refuse what is neither of our time nor of our children's: ``activity_too_far``. It is a slip of the keyboard."""
    if abs(day - timezone.now().date()) > _FAR:
        raise ActivityRefused(_("This day is too far away. Look at the year."), code="activity_too_far")
