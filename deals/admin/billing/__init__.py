"""What staff see of billing: invoices and credit notes, payments, reminders to customers, receivables."""

from deals.admin.billing import dunning, invoices, payments, receivables, reminders

__all__ = ["dunning", "invoices", "payments", "receivables", "reminders"]
