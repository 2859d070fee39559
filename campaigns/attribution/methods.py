"""The ways to share credit, and the money that is shared."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How the credit is shared."""

    FIRST = "first", _("First touch")
    LAST = "last", _("Last touch")
    LINEAR = "linear", _("Linear")
    POSITION = "position", _("Position-based (40/20/40)")
    DECAY = "decay", _("Time decay")
    W_SHAPED = "w", _("W-shaped")
    MARKOV = "markov", _("Markov (removal effect)")


class Basis(models.TextChoices):
    """Which money is shared."""

    WON = "won", _("Won")
    INVOICED = "invoiced", _("Invoiced")
    PAID = "paid", _("Paid")
