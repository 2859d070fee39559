"""The forms of a plan and its parts. What may not be changed any more is left out of them."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import (
    Channel,
    Finding,
    MarketingPlan,
    Persona,
    PlanAnswer,
    PlanGoal,
    PlanItem,
    Segment,
    Strategy,
)
from campaigns.plans.editing import may_change
from campaigns.plans.strategy import Topic
from config.common.admin.versions import VersionedForm
from contacts.models import User
from deals.models import Product

MOST_CHOICES = 300
_WHO_WHEN = ("owner", "due_on", "state", "cost")
_OUTCOME = ("result", "worked")
# What the form of an item asks for, by topic; all others ask for a text.
_ASKED: dict[str, tuple[str, ...]] = {
    Topic.PRODUCTS: ("products", "text"),
    Topic.PRICE: ("product", "list_price", "discount", "floor", "text"),
    Topic.MESSAGE: ("text", "channel", "starts_on", "ends_on"),
}
_WORKED = (("", _("Not known yet")), ("true", _("Yes, do it again")), ("false", _("No")))


def day_widget() -> forms.DateInput:
    """Return an input for a day, with the browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PartForm(VersionedForm):
    """A form in the house's look; two people on one row are told of each other."""

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        self.reader = reader
        super().__init__(*args, **kwargs)
        fields: list[Any] = list(self.fields.values())
        for field in fields:
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.widget = forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[arg-type]
            elif isinstance(field, forms.ModelChoiceField):
                visible: Any = field.queryset
                field.queryset = visible.visible_to(reader)
            if not isinstance(field.widget, forms.CheckboxSelectMultiple | forms.HiddenInput):
                field.widget.attrs["class"] = "td-input"
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3

    def keep_only(self, names: frozenset[str] | None) -> None:
        """Leave out what can't be changed any more."""
        if names is not None:
            self.fields = {name: field for name, field in self.fields.items() if name in {*names, "version"}}

    def _refusal(self, seen: str) -> str:
        return gettext(
            "Somebody changed this meanwhile. Nothing of yours was saved: open it again and repeat your change."
        )


class DetailsForm(PartForm):
    """The head of a plan."""

    class Meta:
        model = MarketingPlan
        fields = ("name", "market", "summary", "starts_on", "ends_on", "owner", "mql_segment")
        widgets: ClassVar = {"starts_on": day_widget(), "ends_on": day_widget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_draft:
            self.keep_only(frozenset({"owner"}))


class GoalForm(PartForm):
    """A goal: a measure of the catalogue, or something counted by hand."""

    class Meta:
        model = PlanGoal
        fields = ("measure", "title", "target", "starts_on", "due_on", "counted", "counted_on")
        widgets: ClassVar = {"starts_on": day_widget(), "due_on": day_widget(), "counted_on": day_widget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.instance.plan
        if self.instance.pk is None:
            self.initial.update(starts_on=plan.starts_on, due_on=plan.ends_on)
            del self.fields["counted"], self.fields["counted_on"]
        self.keep_only(may_change(self.instance, plan))


class StrategyForm(PartForm):
    """A segment of the plan."""

    class Meta:
        model = Strategy
        fields = ("segment", "persona", "statement")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segments: Any = self.fields["segment"]
        personas: Any = self.fields["persona"]
        segments.queryset = Segment.objects.visible_to(self.reader).in_use().order_by("name")
        personas.queryset = Persona.objects.visible_to(self.reader).filter(is_active=True)
        self.keep_only(may_change(self.instance, self.instance.plan))


class AnswerForm(PartForm):
    """The answer to one of the two questions."""

    class Meta:
        model = PlanAnswer
        fields = ("answer", "text", "findings")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_findings(self)
        self.keep_only(may_change(self.instance, self.instance.plan))


class ItemForm(PartForm):
    """An item: asks for what its topic needs, who does it until when, and later what came of it."""

    worked = forms.TypedChoiceField(
        label=_("Did it work?"), choices=_WORKED, required=False, coerce="true".__eq__, empty_value=None
    )

    class Meta:
        model = PlanItem
        fields = (
            "text", "products", "product", "list_price", "discount", "floor", "channel", "starts_on", "ends_on",
            *_WHO_WHEN, "findings", *_OUTCOME,
        )  # fmt: skip
        widgets: ClassVar = {"starts_on": day_widget(), "ends_on": day_widget(), "due_on": day_widget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        asked = _ASKED.get(item.topic, ("text",))
        outcome = () if item.plan.is_draft and item.copied_from_id is None else _OUTCOME
        wanted = [*asked, *_WHO_WHEN, "findings", *outcome, "version"]
        self.fields = {name: self.fields[name] for name in wanted}
        self.initial["worked"] = {None: "", True: "true", False: "false"}[item.worked]
        for name in ("list_price", "floor", "cost", "discount"):
            if name in self.fields and (amount := getattr(item, name)) is not None:
                self.initial[name] = format(amount.normalize(), "f")
        self._narrow()
        self.keep_only(may_change(item, item.plan))

    def _narrow(self) -> None:
        """Offer channels in use, colleagues, and products that are sold."""
        if "channel" in self.fields:
            self.fields["channel"].queryset = Channel.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if "products" in self.fields:
            products: Any = self.fields["products"]
            products.queryset = Product.objects.visible_to(self.reader).active()
        self.fields["owner"].queryset = colleagues(self.reader)  # type: ignore[attr-defined]
        if self.instance.topic != Topic.MESSAGE and "text" in self.fields and self.instance.topic not in _ASKED:
            self.fields["text"].required = True
        for name in ("product", "list_price") if self.instance.topic == Topic.PRICE else ():
            self.fields[name].required = True
        _offer_findings(self)


def colleagues(reader: User) -> Any:
    """Return the people to whom something can be given."""
    return User.objects.visible_to(reader).filter(is_active=True, is_service=False)


def _offer_findings(form: PartForm) -> None:
    """Offer the newest findings, and those that are chosen already."""
    findings: Any = form.fields["findings"]
    newest = Finding.objects.visible_to(form.reader).values("pk")[:MOST_CHOICES]
    findings.queryset = Finding.objects.filter(pk__in=list(newest.values_list("pk", flat=True)))
    findings.help_text = _("Findings of studies that this rests on.")
