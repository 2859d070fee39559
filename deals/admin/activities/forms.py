"""The forms of an activity: five fields to plan one, what it says to correct it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.versions import VersionedForm
from config.common.admin.widgets import DayInput, HourInput, Select
from contacts.models import Contact, User
from deals.activities.kinds import ActivityKind
from deals.activities.moments import local_moment, zone_of
from deals.activities.planning import plan
from deals.activities.rules import Rule
from deals.activities.shifting import change_activity
from deals.activities.wishes import wishes_of
from deals.admin.activities.about import AboutField, find
from deals.admin.activities.reminder_rules import read_rule, rule_choices
from deals.admin.activities.verbs import people_for
from deals.models import Activity, ActivityAttendee

AS_USUAL, NOT_AT_ALL = "usual", "none"


class PlanForm(VersionedForm):
    """Plans an activity: kind, words and a day are enough."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    hour = forms.TimeField(label=gettext_lazy("Hour, if it has one"), required=False, widget=HourInput)
    about = AboutField(label=gettext_lazy("About"), required=False)
    colleagues: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Colleagues"), required=False, queryset=User.objects.none()
    )
    contacts: forms.ModelMultipleChoiceField[Contact] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Contacts"), required=False, queryset=Contact.objects.none()
    )
    remind = forms.ChoiceField(label=gettext_lazy("Remind me"), required=False, widget=Select)

    class Meta:
        model = Activity
        fields = ("kind", "subject", "owner", "minutes", "place", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].widget.attrs["autofocus"] = True
        self.fields["about"].help_text = _("A deal, a contact or a company.")
        self.fields["owner"].required = False
        self._offer_people("colleagues", "user", people_for(self.reader))
        self._offer_people("contacts", "contact", Contact.objects.live().visible_to(self.reader))
        usual = [(AS_USUAL, _("as usual")), (NOT_AT_ALL, _("not at all"))]
        remind: Any = self.fields["remind"]
        remind.choices = [*usual, *rule_choices(wishes_of(self.reader), has_hour=True)]
        for name, value in (("kind", ActivityKind.CALL), ("day", timezone.localdate()), ("owner", self.reader.pk)):
            self.initial.setdefault(name, value)

    def clean_about(self) -> dict[str, Any]:
        """Find the record that was meant."""
        return find(self.cleaned_data["about"], self.reader)

    def clean(self) -> dict[str, Any] | None:
        """Refuse minutes before what has no hour."""
        cleaned = super().clean()
        if self.cleaned_data.get("remind", "").startswith("m") and not self.cleaned_data.get("hour"):
            self.add_error(
                "remind", _("It has no hour, so nothing can be “minutes before”. Choose an hour of the day.")
            )
        return cleaned

    def plan(self, *, by: User) -> Activity:
        """Plan it."""
        given = self.cleaned_data
        day: date = given["day"]
        start: datetime | None = local_moment(day, given["hour"], zone_of(by)) if given["hour"] else None
        return plan(
            kind=given["kind"],
            subject=given["subject"],
            owner=given.get("owner") or by,
            by=by,
            starts_at=start,
            due_on=day,
            minutes=given.get("minutes"),
            place=given.get("place") or "",
            note=given.get("note") or "",
            attendees=[*given["colleagues"], *given["contacts"]],
            reminders=self._rules(),
            **given["about"],
        )

    def _rules(self) -> list[Rule] | None:
        code = self.cleaned_data["remind"] or AS_USUAL
        if code == AS_USUAL:
            return None
        return [] if code == NOT_AT_ALL else [read_rule(code)]

    def _offer_people(self, name: str, column: str, rows: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = rows
        widget = AutocompleteSelectMultiple(ActivityAttendee._meta.get_field(column), admin.site)
        widget.choices = field.choices
        field.widget = widget


class ActivityDetailsForm(VersionedForm):
    """What an activity says. Its time, its owner and what becomes of it are changed by verbs."""

    class Meta:
        model = Activity
        fields = ("kind", "subject", "minutes", "place", "note")

    def save_changes(self, *, by: User) -> None:
        """Save what was changed, and nothing else."""
        changes = {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}
        if changes:
            change_activity(self.instance, by=by, **changes)
