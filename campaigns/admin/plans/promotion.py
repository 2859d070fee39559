"""The promotion of a segment as a table edited in place: a row for each message, and an empty one for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.admin.plans.forms import day_widget
from campaigns.models import PlanItem, Strategy
from campaigns.plans.editing import save_part
from campaigns.plans.strategy import ItemState, Topic

Choices = Sequence[tuple[str, str]]
_PLAIN = ("text", "starts_on", "ends_on", "cost", "state")


class MessageForm(forms.Form):
    """One message: on which channel, from when until when, for how much, by whom."""

    text = forms.CharField(label=_("Message"), max_length=2000)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    starts_on = forms.DateField(label=_("From"), required=False, widget=day_widget())
    ends_on = forms.DateField(label=_("Until"), required=False, widget=day_widget())
    cost = forms.DecimalField(label=_("Cost"), required=False, min_value=0, max_digits=18, decimal_places=3)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    state = forms.ChoiceField(label=_("Status"), choices=ItemState.choices, required=False)

    def __init__(self, *args: Any, channels: Choices, owners: Choices, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = ("", "–")
        self.fields["channel"].choices = [none, *channels]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [none, *owners]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "td-input", "aria-label": f"{field.label}: {label}"}

    def clean(self) -> dict[str, Any]:
        """Refuse a message that ends before it starts."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("starts_on") and given.get("ends_on") and given["ends_on"] < given["starts_on"]:
            self.add_error("ends_on", _("It can't end before it starts."))
        return given


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message with its form; ``item`` is None for the empty row."""

    item: PlanItem | None
    form: MessageForm
    missing: str = ""


def message_rows(
    strategy: Strategy, messages: Sequence[PlanItem], channels: Choices, owners: Choices, data: Any = None
) -> list[MessageRow]:
    """Return a form for each message and an empty one, bound if data is given."""
    lists = {"channels": channels, "owners": owners}
    rows = []
    for item in messages:
        own = {"channels": _with(channels, item.channel), "owners": _with(owners, item.owner)}
        form = MessageForm(data, prefix=f"item{item.pk}", initial=_initial(item), label=str(item), **own)
        rows.append(MessageRow(item, form))
    new = MessageForm(
        data, prefix=f"new{strategy.pk}", initial={"state": ItemState.OPEN}, label=str(_("New message")),
        empty_permitted=True, use_required_attribute=False, **lists,
    )  # fmt: skip
    return [*rows, MessageRow(None, new)]


@transaction.atomic
def save_messages(strategy: Strategy, rows: Sequence[MessageRow]) -> int:
    """Save what was changed of valid rows; return how many were."""
    saved = 0
    for row in rows:
        if not row.form.has_changed():
            continue
        item = row.item or PlanItem(plan=strategy.plan, strategy=strategy, topic=Topic.MESSAGE)
        given = row.form.cleaned_data
        for name in _PLAIN:
            setattr(item, name, given[name] or (ItemState.OPEN if name == "state" else given[name]))
        item.channel_id, item.owner_id = _key(given["channel"]), _key(given["owner"])
        save_part(item, [*_PLAIN, "channel", "owner"])
        saved += 1
    return saved


def _initial(item: PlanItem) -> dict[str, Any]:
    cost = None if item.cost is None else format(item.cost.normalize(), "f")
    return {
        **{name: getattr(item, name) for name in _PLAIN},
        "cost": cost,
        "channel": str(item.channel_id or ""),
        "owner": str(item.owner_id or ""),
    }


def _with(choices: Choices, present: Any) -> Choices:
    """Return the choices with what is chosen now, which may be out of use by now."""
    known = present is None or any(key == str(present.pk) for key, _name in choices)
    return choices if known else [*choices, (str(present.pk), str(present))]


def _key(text: str) -> int | None:
    return int(text) if text else None
