"""The eight lifecycle stages, marketing's language for how far a contact or company has come. Pure, no database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LifecycleStage(models.TextChoices):
    """The first seven are ordered; ``other`` stands outside the order."""

    SUBSCRIBER = "subscriber", _("Subscriber")
    LEAD = "lead", _("Lead")
    MQL = "mql", _("Marketing qualified lead")
    SQL = "sql", _("Sales qualified lead")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", _("Customer")
    EVANGELIST = "evangelist", _("Evangelist")
    OTHER = "other", _("Other")


ORDER: dict[str, int] = {
    stage.value: place for place, stage in enumerate(LifecycleStage, start=1) if stage != LifecycleStage.OTHER
}

INBOUND_VIEW: dict[str, str] = {
    "subscriber": "visitor",
    "lead": "lead",
    "mql": "lead",
    "sql": "lead",
    "opportunity": "lead",
    "customer": "customer",
    "evangelist": "promoter",
}


def is_forward(present: str, to: str) -> bool:
    """Say whether ``to`` comes after ``present`` in the order; ``other`` is neither before nor after anything."""
    return present in ORDER and to in ORDER and ORDER[to] > ORDER[present]


def higher(first: str, second: str) -> str:
    """Return the stage that comes later; ``other`` counts as lowest."""
    return max(first, second, key=lambda stage: ORDER.get(stage, 0))
