"""What can be billed and is not yet: accepted quotes without an invoice."""

from django.db.models import Exists, OuterRef, QuerySet

from contacts.models import User
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceState
from deals.quotes.models import Quote, QuoteState


def unbilled_quotes(user: User) -> QuerySet[Quote]:
    """Return the accepted quotes that the user sees and for which there is no invoice, not even a draft."""
    billed = Invoice.objects.filter(quote=OuterRef("pk")).exclude(state=InvoiceState.DISCARDED)
    return Quote.objects.visible_to(user).filter(~Exists(billed), state=QuoteState.ACCEPTED)
