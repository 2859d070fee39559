"""What capture tells the apps below: what news are about, what is asked before a mail leaves, how things are called."""

from django.utils.translation import gettext_lazy as _

from campaigns.capture import accepting, confirming
from campaigns.capture.models import Submission, Touch
from config.integrations.models import EventQuerySet
from contacts.messages import kinds
from contacts.messages.message import MessageQuerySet
from contacts.messages.sending import register_guard
from contacts.staff.roles import FINANCE, SALES_REP, offer


def register() -> None:
    """Register everything; called once when the app is ready."""
    offer((SALES_REP, FINANCE), ["campaigns.view_submission"])
    EventQuerySet.register_subject(Touch)
    EventQuerySet.register_subject(Submission)
    MessageQuerySet.register_record(Submission)
    register_guard(confirming.KIND, confirming.objection)
    kinds.register_kind(confirming.KIND, _("Confirmation of a form"))
    kinds.register_kind(accepting.NOTICE, _("New lead from a form"))
