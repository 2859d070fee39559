"""What an invoice can be, which state it is in, how it stands on a day, and what is done to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InvoiceKind(models.TextChoices):
    """What is billed, or given back."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class InvoiceState(models.TextChoices):
    """Whether it counts. Paid, part-paid and overdue are no states: they follow from allocations and the day."""

    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    DISCARDED = "discarded", _("Discarded")


class InvoiceStatus(models.TextChoices):
    """How it stands on a day: follows from its state, what was paid and credited, and when it is due."""

    DRAFT = "draft", _("Draft")
    DISCARDED = "discarded", _("Discarded")
    # Credit notes only.
    ISSUED = "issued", _("Issued")
    OPEN = "open", _("Open")
    PART_PAID = "part_paid", _("Part paid")
    OVERDUE = "overdue", _("Overdue")
    PAID = "paid", _("Paid")
    CREDITED = "credited", _("Credited")


class InvoiceChangeKind(models.TextChoices):
    """What was done to an invoice."""

    DRAFTED = "drafted", _("Drafted")
    ISSUED = "issued", _("Issued")
    SENT = "sent", _("Sent")
    CREDITED = "credited", _("Credited")
    PAID = "paid", _("Paid")
    REOPENED = "reopened", _("Open again")
    REMINDED = "reminded", _("Customer reminded")
    DISCARDED = "discarded", _("Discarded")
