"""Re-exports the models of this slice."""

from deals.billing.dunning import DunningItem, DunningLetter, DunningLevel
from deals.billing.invoice import Invoice, InvoiceChange, InvoiceLine, InvoiceTax
from deals.billing.payment import Allocation, Payment, Refund

__all__ = [
    "Allocation",
    "DunningItem",
    "DunningLetter",
    "DunningLevel",
    "Invoice",
    "InvoiceChange",
    "InvoiceLine",
    "InvoiceTax",
    "Payment",
    "Refund",
]
