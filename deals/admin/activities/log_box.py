"""The log box: what happened, and the next step with its day; one form, one act, on every page that needs it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import User
from deals.activities.kinds import ActivityKind, ActivityOutcome
from deals.admin.activities.about import About, AboutField, AboutWidget, find
from deals.admin.activities.showing import ICONS
from deals.models import Activity

NOTE = "note"
NO_STEP, ON_A_DAY = "none", "day"
USUAL_DAYS = "3"
CHIPS = (NO_STEP, "0", "1", USUAL_DAYS, "7", ON_A_DAY)
# What one can have done without having promised it; a task that was promised is done as one.
SPONTANEOUS = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL, ActivityKind.VISIT, ActivityKind.SOCIAL)
LONGEST = 10_000


class LogForm(forms.Form):
    """What happened, how, with what outcome; and what is to be done next, on which day."""

    kind = forms.ChoiceField(choices=[*ActivityKind.choices, (NOTE, gettext_lazy("Note"))])
    body = forms.CharField(required=False, max_length=LONGEST)
    outcome = forms.ChoiceField(required=False, choices=[("", ""), *ActivityOutcome.choices])
    next_in = forms.ChoiceField(required=False, choices=[(chip, chip) for chip in CHIPS])
    next_day = forms.DateField(required=False)
    next_kind = forms.ChoiceField(required=False, choices=ActivityKind.choices)
    next_step = forms.CharField(required=False, max_length=200, strip=True)
    about = AboutField(required=False)

    def __init__(self, *args: Any, reader: User, completes: Activity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader, self.completes = reader, completes

    def clean_about(self) -> dict[str, Any]:
        """Find the record that was meant, where the page didn't say."""
        return find(self.cleaned_data["about"], self.reader)

    def clean(self) -> dict[str, Any] | None:
        """Ask for words where nothing was promised before, and for the day of a next step that has words."""
        cleaned = super().clean()
        given = self.cleaned_data
        if not given.get("body") and self.completes is None:
            self.add_error("body", _("Say in a few words what happened."))
        if given.get("next_in") == ON_A_DAY and not given.get("next_day") and "next_day" not in self.errors:
            self.add_error("next_day", _("Choose the day of the next step."))
        if given.get("next_step") and given.get("next_in", NO_STEP) in ("", NO_STEP):
            self.add_error("next_in", _("Say on which day the next step is to be done."))
        return cleaned

    def next_on(self) -> date | None:
        """Return the day of the next step; None if there is to be none."""
        chip = self.cleaned_data["next_in"] or NO_STEP
        if chip == ON_A_DAY:
            day: date | None = self.cleaned_data["next_day"]
            return day
        return None if chip == NO_STEP else timezone.localdate() + timedelta(days=int(chip))


@dataclass(frozen=True, slots=True)
class Chip:
    """One of the choices of a row of chips."""

    value: str
    label: str
    is_chosen: bool
    icon: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LogBox:
    """A log box on a page: what it is about, what it offers, and where one goes after it is saved."""

    key: str
    # Names and ids of what it is about (``deal``, ``contact``, ``company``), or of the promise that it completes.
    about: dict[str, int]
    kinds: list[Chip]
    days: list[Chip]
    next_kinds: list[Chip]
    outcomes: list[tuple[str, str]]
    next_address: str = ""
    # In place: the part of the page that it stands in is fetched anew, the page stays.
    in_place: bool = False
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """Where the form posts to."""
        return reverse("admin:activity_log")

    @property
    def about_input(self) -> str:
        """The box in which one types what it is about; nothing where the page says it."""
        if self.about:
            return ""
        typed = About(self.values.get("about", ""), self.values.get("about_id", ""))
        label = str(_("About: a deal, a contact or a company"))
        attrs = {"id": f"log-{self.key}-about", "class": "td-input", "placeholder": label, "aria-label": label}
        return AboutWidget(attrs).render("about", typed)

    @property
    def is_for_promise(self) -> bool:
        """Whether it completes a promise, so that words are not asked for."""
        return "completes" in self.about


def log_box(
    key: str,
    about: dict[str, int],
    *,
    kind: str = ActivityKind.CALL,
    next_days: str = USUAL_DAYS,
    next_address: str = "",
    in_place: bool = False,
    may_note: bool = True,
    form: LogForm | None = None,
) -> LogBox:
    """Return the box for a page. ``form`` is one that was refused: what was typed stands in the box again."""
    given = form.data if form is not None else QueryDict()
    is_promise = "completes" in about
    kinds = [*SPONTANEOUS, ActivityKind.TASK] if is_promise else list(SPONTANEOUS)
    may_note = may_note and not is_promise
    chosen_kind, chosen_days = given.get("kind") or kind, given.get("next_in") or next_days
    return LogBox(
        key=key,
        about=about,
        kinds=[
            *(Chip(each.value, str(each.label), each.value == chosen_kind, ICONS[each]) for each in kinds),
            *([Chip(NOTE, _("Note"), chosen_kind == NOTE, "sticky_note_2")] if may_note else []),
        ],
        days=[_day_chip(value, chosen_days) for value in CHIPS],
        next_kinds=[
            Chip(value, str(label), value == (given.get("next_kind") or ActivityKind.CALL))
            for value, label in ActivityKind.choices
        ],
        outcomes=[(value, str(label)) for value, label in ActivityOutcome.choices],
        next_address=next_address,
        in_place=in_place,
        values={
            name: given.get(name, "") for name in ("body", "outcome", "next_day", "next_step", "about", "about_id")
        },
        errors={name: [str(fault) for fault in faults] for name, faults in form.errors.items()} if form else {},
    )


def _day_chip(value: str, chosen: str) -> Chip:
    labels = {NO_STEP: _("none"), ON_A_DAY: _("day"), "0": _("today")}
    hint = ""
    if value not in labels:
        # What one reads at the chip: “+3 Tue”.
        hint = date_format(timezone.localdate() + timedelta(days=int(value)), "D")
    return Chip(value, labels.get(value) or f"+{value}", value == chosen, hint=hint)


def first_fault(form: LogForm) -> str:
    """Return what is wrong with a form in one sentence."""
    return str(next(iter(form.errors.values()))[0])
