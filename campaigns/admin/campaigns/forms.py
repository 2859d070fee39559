"""The forms of campaigns: five fields to make one, small ones for everything that is done on its page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.execution.work import ContentKind
from campaigns.models import Campaign, Channel, MarketingPlan, Segment
from campaigns.plans.plan import Measure, PlanState
from contacts.models import User
from deals.activities.moments import local_moment, zone_of
from deals.admin.billing.forms import MONEY, ActForm, day_field

USUAL_DAYS = 30
MOST_CHOICES = 200


class SmallForm(ActForm):
    """A form of a campaign's page; ``reader`` is who fills it in."""

    def __init__(self, row: Any, data: Any = None, *, reader: User, **kwargs: Any) -> None:
        self.reader = reader
        super().__init__(row, data, today=timezone.localdate(), **kwargs)

    def given(self) -> dict[str, Any]:
        """Return what was filled in; raise ValidationError with the first fault of each field."""
        if not self.is_valid():
            faults = [f"{self[name].label}: {errors[0]}" if name in self.fields else errors[0]
                      for name, errors in self.errors.items()]  # fmt: skip
            raise ValidationError(faults)
        return dict(self.cleaned_data)


class ChoosesParts(SmallForm):
    """What forms of a whole campaign have in common: plan, segments, channels and owner among those in reach."""

    def _offer(self, present: Campaign | None = None) -> None:
        fields: Any = self.fields
        fields["channels"].queryset = Channel.objects.filter(is_active=True)
        # What was chosen is looked up among these: that can't be asked of a slice.
        in_reach = Segment.objects.visible_to(self.reader).in_use().values("pk")[:MOST_CHOICES]
        fields["segments"].queryset = Segment.objects.filter(pk__in=in_reach)
        open_plans = MarketingPlan.objects.visible_to(self.reader).exclude(
            state__in=(PlanState.CLOSED, PlanState.REPLACED)
        )
        kept = present.plan_id if present else None
        fields["plan"].queryset = open_plans | MarketingPlan.objects.filter(pk=kept) if kept else open_plans
        for name in ("channels", "segments"):
            fields[name].widget.attrs.pop("class", None)


def _many(label: Any, rows: Any) -> Any:
    return forms.ModelMultipleChoiceField(
        label=label, queryset=rows, required=False, widget=forms.CheckboxSelectMultiple
    )


class AddForm(ChoosesParts):
    """A new campaign: name, period, channels and budget; everything else is behind “More”."""

    key = "add"

    name = forms.CharField(label=_("Name"), max_length=160)
    starts_on = day_field(_("Starts"))
    ends_on = day_field(_("Ends"))
    budget = forms.DecimalField(
        label=_("Budget"),
        required=False,
        min_value=Decimal(0),
        help_text=_("Shared over the channels and months; change the table afterwards."),
        **MONEY,
    )
    channels = _many(_("Channels"), Channel.objects.none())
    segments = _many(_("Segments"), Segment.objects.none())
    plan: Any = forms.ModelChoiceField(label=_("Marketing plan"), queryset=MarketingPlan.objects.none(), required=False)
    message = forms.CharField(
        label=_("Message"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def prepare(self) -> None:
        """Offer what is in reach; the usual campaign begins today and takes a month."""
        self._offer()
        self.fields["name"].widget.attrs["autofocus"] = True
        self.initial.setdefault("starts_on", self.today)
        self.initial.setdefault("ends_on", self.today + timedelta(days=USUAL_DAYS))


class EditForm(ChoosesParts):
    """What a campaign says of itself."""

    key = "edit"

    name = forms.CharField(label=_("Name"), max_length=160)
    starts_on = day_field(_("Starts"))
    ends_on = day_field(_("Ends"))
    owner: Any = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
    plan: Any = forms.ModelChoiceField(label=_("Marketing plan"), queryset=MarketingPlan.objects.none(), required=False)
    message = forms.CharField(
        label=_("Message"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    lesson = forms.CharField(
        label=_("What we learned"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    channels = _many(_("Channels"), Channel.objects.none())
    segments = _many(_("Segments"), Segment.objects.none())

    def prepare(self) -> None:
        """Begin with what is there."""
        self._offer(self.row)
        people = User.objects.visible_to(self.reader).active().filter(is_service=False)
        owner: Any = self.fields["owner"]
        owner.queryset = people | User.objects.filter(pk=self.row.owner_id)
        for name in ("name", "starts_on", "ends_on", "owner", "plan", "message", "lesson"):
            self.initial[name] = getattr(self.row, f"{name}_id" if name in ("owner", "plan") else name)
        for name in ("channels", "segments"):
            self.initial[name] = [each.pk for each in getattr(self.row, name).all()]


class CloneForm(SmallForm):
    """Plans a campaign again."""

    key = "clone"

    name = forms.CharField(label=_("Name of the new one"), max_length=160)
    starts_on = day_field(_("Starts"))

    def prepare(self) -> None:
        """Begin today, under the same name."""
        self.initial.update(name=self.row.name, starts_on=self.today)


class FinishForm(SmallForm):
    """Closes a campaign."""

    key = "finish"

    lesson = forms.CharField(label=_("What did we learn?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def prepare(self) -> None:
        """Begin with what was noted before."""
        self.initial["lesson"] = self.row.lesson


class CancelForm(SmallForm):
    """Calls a campaign off."""

    key = "cancel"

    reason = forms.CharField(label=_("Why is it called off?"), max_length=500)


class TaskForm(SmallForm):
    """A task, with its owner's usual reminder."""

    key = "task"

    subject = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = day_field(_("Day"))
    hour = forms.TimeField(
        label=_("Hour, if it has one"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    owner: Any = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())

    def prepare(self) -> None:
        """Offer colleagues; the usual owner is oneself."""
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.visible_to(self.reader).active().filter(is_service=False)
        self.initial.update(owner=self.reader.pk, due_on=self.today)

    def given(self) -> dict[str, Any]:
        """Return a day, or a moment of the owner's clock."""
        found = super().given()
        hour = found.pop("hour", None)
        if hour is not None:
            found["starts_at"] = local_moment(found.pop("due_on"), hour, zone_of(found["owner"]))
        return found


class ContentForm(SmallForm):
    """An idea for something to publish."""

    key = "content"

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=ContentKind.choices, initial=ContentKind.POST)
    channel: Any = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.none(), required=False)
    publish_on = day_field(_("Publish on"), required=False)

    def prepare(self) -> None:
        """Offer the channels in use."""
        channel: Any = self.fields["channel"]
        channel.queryset = Channel.objects.filter(is_active=True)


class CountForm(SmallForm):
    """How far a goal has come that is counted by hand."""

    key = "count"

    counted = forms.DecimalField(label=_("Counted"), max_digits=18, decimal_places=3, min_value=Decimal(0))


class GoalForm(SmallForm):
    """What is to be reached by a day."""

    key = "goal"

    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices, initial=Measure.LEADS)
    title = forms.CharField(label=_("What, if it is counted by hand"), max_length=160, required=False)
    target = forms.DecimalField(label=_("Target"), max_digits=18, decimal_places=3, min_value=Decimal("0.001"))
    due_on = day_field(_("At the latest on"))

    def prepare(self) -> None:
        """It is usually to be reached by the last day."""
        self.initial["due_on"] = self.row.ends_on
