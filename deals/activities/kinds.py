"""The kinds of activities, their states and outcomes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityKind(models.TextChoices):
    """How we meet a customer, or a task for ourselves."""

    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("E-mail")
    SOCIAL = "social", _("Social message")
    TASK = "task", _("Task")


class ActivityState(models.TextChoices):
    """Where an activity stands."""

    PLANNED = "planned", _("Planned")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class ActivityOutcome(models.TextChoices):
    """What came of it."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    LEFT_MESSAGE = "left_message", _("Left a message")
    HELD = "held", _("Took place")
    NOT_HELD = "not_held", _("Did not take place")
    SENT = "sent", _("Sent")
    COMPLETED = "completed", _("Completed")
