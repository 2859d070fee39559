"""What billing tells the apps below: who sees an invoice, who may do what, what is asked before a reminder leaves."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.integrations.models import EventQuerySet
from contacts.messages import kinds
from contacts.messages.sending import register_guard
from contacts.models import User
from contacts.staff.roles import FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP, offer
from contacts.staff.visibility import register_ground
from deals.billing import mailing, reminding
from deals.billing.models import Invoice, Payment
from deals.pipeline.models import Deal

_EVERYBODY = (MARKETER, SALES_REP, SALES_MANAGER, FINANCE, READ_ONLY, INTEGRATION)
_BILLING = (SALES_REP, SALES_MANAGER, FINANCE, INTEGRATION)
_MONEY = (FINANCE, INTEGRATION)
_SEEN = (
    "invoice", "invoiceline", "invoicetax", "invoicechange", "payment", "allocation", "refund",
    "dunninglevel", "dunningletter", "dunningitem",
)  # fmt: skip
_DRAFTED = ("invoice", "invoiceline")


def register() -> None:
    """Register everything; called once when the app is ready."""
    EventQuerySet.register_subject(Invoice)
    EventQuerySet.register_subject(Payment)
    register_ground("deals.invoice", seen_with_its_deal)
    register_guard(reminding.KIND, reminding.objection_to)
    kinds.register_kind(mailing.KIND, _("Invoice"))
    kinds.register_kind(reminding.KIND, _("Payment reminder"))
    offer(_EVERYBODY, [f"deals.view_{model}" for model in _SEEN])
    # Who sold it may bill it; what was billed is corrected, and money counted, by finance alone.
    offer(_BILLING, [f"deals.{verb}_{model}" for model in _DRAFTED for verb in ("add", "change")])
    offer(_BILLING, ["deals.delete_invoiceline", "deals.issue_invoice"])
    offer(_MONEY, ["deals.credit_invoice", "deals.add_payment", "deals.change_payment", "deals.add_refund"])
    offer(_MONEY, ["deals.add_allocation", "deals.change_allocation", "deals.add_dunningletter"])
    offer((FINANCE,), ["deals.add_dunninglevel", "deals.change_dunninglevel"])


def seen_with_its_deal(user: User) -> Q:
    """Whoever sees a deal sees what was billed for it."""
    return Q(deal__in=Deal.objects.visible_to(user).values("pk"))
