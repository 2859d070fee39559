"""The bodies of what is said about activities: rules of reminders, who takes part, and the verbs' inputs."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from config.common.api.fields import DayField, UtcDateTimeField, VisibleField
from config.common.api.serializers import RowSerializer, StrictFields, VerbInput
from contacts.models import Company, Contact, User
from deals.activities.kinds import ActivityKind, ActivityOutcome
from deals.activities.rules import Rule
from deals.models import Activity, ActivityAttendee, Deal

LONGEST_REASON, LONGEST_NOTE = 500, 10_000
MOST_MINUTES_BEFORE, MOST_DAYS_BEFORE = 60 * 24 * 60, 60
LONGEST_MINUTES = 60 * 24 * 7
MOST_DAYS = 3650


class RuleSerializer(StrictFields):
    """When to remind: so many minutes before the start, or at an hour of the day, so many days before it."""

    minutes_before = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES_BEFORE, required=False)
    at_time = serializers.TimeField(required=False, help_text="In the person's own time zone.")
    days_before = serializers.IntegerField(min_value=0, max_value=MOST_DAYS_BEFORE, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let there be one rule."""
        check_rule(attrs)
        return attrs


def check_rule(given: dict[str, Any]) -> None:
    """Refuse what is no rule, or two."""
    if ("minutes_before" in given) == ("at_time" in given) or ("days_before" in given and "at_time" not in given):
        raise serializers.ValidationError(_("Give minutes_before, or at_time with days_before if it isn't on the day."))


def as_rule(given: dict[str, Any]) -> Rule:
    """Return a rule as the slice takes it."""
    return Rule(given.get("minutes_before"), given.get("days_before"), given.get("at_time"))


class AttendeeSerializer(RowSerializer):
    """Somebody who takes part: one of ours, or a contact."""

    user = VisibleField(queryset=User.objects.filter(is_active=True), required=False, allow_null=True)
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)

    class Meta:
        model = ActivityAttendee
        fields = ("user", "contact")
        # Each is unique only together with the activity, which the slice sees to.
        validators = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let an attendee be one person."""
        if (attrs.get("user") is None) == (attrs.get("contact") is None):
            raise serializers.ValidationError(_("Give either a user or a contact."))
        return attrs


def as_people(given: list[dict[str, Any]]) -> list[User | Contact]:
    """Return attendees as the slice takes them."""
    return [part.get("user") or part["contact"] for part in given]


class WhenInput(VerbInput):
    """A moment (``starts_at``) or a whole day (``due_on``) of the owner's calendar."""

    starts_at = UtcDateTimeField(required=False, allow_null=True)
    due_on = DayField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)


class SnoozeInput(VerbInput):
    """So many days, or until a day (it keeps its hour) or a moment."""

    days = serializers.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)
    until = serializers.CharField(required=False, max_length=40, help_text="A day, or a moment.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)

    def validate_until(self, text: str) -> Any:
        """Read a day or a moment."""
        field = DayField() if len(text) <= len("2026-01-31") else UtcDateTimeField()
        return field.run_validation(text)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Let one of the two be said."""
        if ("days" in attrs) == ("until" in attrs):
            raise serializers.ValidationError(_("Give either days or until."))
        return attrs


class CompleteInput(VerbInput):
    """What came of it, what was noted, how long it took, when it was done (now, if not said)."""

    outcome = serializers.ChoiceField(choices=ActivityOutcome.choices, required=False, allow_blank=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE)
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LONGEST_MINUTES)
    at = UtcDateTimeField(required=False, allow_null=True)


class WhyInput(VerbInput):
    """Why."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)


class ReassignInput(VerbInput):
    """To whom, and why."""

    to = VisibleField(queryset=User.objects.filter(is_active=True))
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)


class LogInput(VerbInput):
    """What happened, and the next step with its day: one act. ``completes`` is the promise that was kept by it."""

    kind = serializers.ChoiceField(choices=ActivityKind.choices)
    what_happened = serializers.CharField(max_length=LONGEST_NOTE)
    deal = VisibleField(queryset=Deal.objects.all(), required=False, allow_null=True)
    contact = VisibleField(queryset=Contact.objects.all(), required=False, allow_null=True)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    outcome = serializers.ChoiceField(choices=ActivityOutcome.choices, required=False, allow_blank=True)
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LONGEST_MINUTES)
    at = UtcDateTimeField(required=False, allow_null=True, help_text="When it happened; now, if not said.")
    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    completes = VisibleField(queryset=Activity.objects.all(), required=False, allow_null=True)
    next_step = serializers.CharField(required=False, allow_blank=True, max_length=200)
    next_kind = serializers.ChoiceField(choices=ActivityKind.choices, required=False)
    next_on = DayField(required=False, allow_null=True)
    next_at = UtcDateTimeField(required=False, allow_null=True)
