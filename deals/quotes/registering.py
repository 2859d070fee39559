"""What quotes tell the apps below: who may do what, what is asked before a letter leaves, how things are called."""

from django.utils.translation import gettext_lazy as _

from config.integrations.models import EventQuerySet
from contacts.messages import kinds
from contacts.messages.sending import register_guard
from contacts.staff.roles import FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP, offer
from deals.quotes import mailing
from deals.quotes.approvers import APPROVE
from deals.quotes.models import Quote

_EVERYBODY = (MARKETER, SALES_REP, SALES_MANAGER, FINANCE, READ_ONLY, INTEGRATION)
_SELLERS = (SALES_REP, SALES_MANAGER, INTEGRATION)
_SEEN = ("quote", "quoterevision", "quoteline", "quotetax", "quoteanswer", "quotechange", "quotereading")
_WRITTEN = ("quote", "quoterevision", "quoteline")


def register() -> None:
    """Register everything; called once when the app is ready."""
    EventQuerySet.register_subject(Quote)
    register_guard(mailing.KIND, mailing.objection)
    kinds.register_kind(mailing.KIND, _("Quote"))
    kinds.register_kind("quote_approval", _("Approval of a discount"))
    kinds.register_kind("quote_accepted", _("Quote accepted"))
    kinds.register_kind("quote_declined", _("Quote declined"))
    offer(_EVERYBODY, [f"deals.view_{model}" for model in _SEEN])
    offer(_SELLERS, [f"deals.{verb}_{model}" for model in _WRITTEN for verb in ("add", "change")])
    offer(_SELLERS, ["deals.delete_quoteline"])
    offer((SALES_MANAGER,), [APPROVE, "deals.add_discountlimit", "deals.change_discountlimit"])
    offer(_EVERYBODY, ["deals.view_discountlimit"])
