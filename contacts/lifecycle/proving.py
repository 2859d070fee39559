"""Proofs of the lifecycle: its ledger is an unbroken chain, and contacts and companies are where its end says."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from contacts.lifecycle.models import LifecycleChange
from contacts.people.models import Company, Contact
from contacts.people.stages import ORDER, LifecycleStage

_SUBJECTS = ((Contact, "contact"), (Company, "company"))
# A row's place in the ledger of its own subject.
_LEDGER: dict[str, Any] = {"partition_by": [F("contact"), F("company")], "order_by": F("id").asc()}


def count_subjects() -> int:
    """Return how many contacts and companies there are."""
    return Contact.objects.count() + Company.objects.count()


def stages_follow_the_ledger() -> Iterator[Finding]:
    """Find contacts and companies whose stage, highest stage or since differs from their newest ledger row."""
    for model, field in _SUBJECTS:
        yield from _other_than_newest(model, field)
        ledger = LifecycleChange.objects.filter(**{field: OuterRef("pk")})
        bare = model.objects.filter(~Exists(ledger)).order_by("pk").values_list("pk", flat=True)
        for pk in bare.iterator():
            yield Finding(model, pk, _("The lifecycle ledger has no row for it."))


def _other_than_newest(model: type[Contact] | type[Company], field: str) -> Iterator[Finding]:
    later = LifecycleChange.objects.filter(**{field: OuterRef(field), "pk__gt": OuterRef("pk")})
    newest = LifecycleChange.objects.filter(~Exists(later), **{f"{field}__isnull": False})
    present = [f"{field}__lifecycle_{name}" for name in ("stage", "highest", "since")]
    ledger = ["to_stage", "highest", "at"]
    wrong = newest.exclude(**{name: F(column) for name, column in zip(present, ledger, strict=True)})
    for pk, *values in wrong.order_by(field).values_list(f"{field}_id", *present, *ledger).iterator():
        sentence = _(
            "It shows %(stage)s (highest %(highest)s) since %(since)s, and its newest ledger row says "
            "%(to_stage)s (highest %(top)s) since %(at)s."
        )
        labels = zip(("stage", "highest", "since", "to_stage", "top", "at"), values, strict=True)
        yield Finding(model, pk, sentence % {name: value or "–" for name, value in labels})


def ledger_is_a_chain() -> Iterator[Finding]:
    """Find ledger rows that don't begin where the one before ended, go back in time, or know another highest stage."""
    changes = LifecycleChange.objects.order_by("pk")
    yield from _beginning_elsewhere(changes)
    yield from _going_back_in_time(changes)
    yield from _knowing_another_highest(changes)


def _beginning_elsewhere(changes: QuerySet[LifecycleChange]) -> Iterator[Finding]:
    ended = Coalesce(Window(Lag("to_stage"), **_LEDGER), Value(""))
    rows = changes.annotate(ended=ended).exclude(from_stage=F("ended"))
    for pk, begins, ended_in in rows.values_list("pk", "from_stage", "ended").iterator():
        sentence = _("It begins at %(begins)s, and the row before ended at %(ended)s.")
        yield Finding(LifecycleChange, pk, sentence % {"begins": begins or "–", "ended": ended_in or "–"})


def _going_back_in_time(changes: QuerySet[LifecycleChange]) -> Iterator[Finding]:
    rows = changes.annotate(before=Window(Lag("at"), **_LEDGER)).filter(before__gt=F("at"))
    for pk, at, before in rows.values_list("pk", "at", "before").iterator():
        sentence = _("It is of %(at)s, and the row before it is of %(before)s, which is later.")
        yield Finding(LifecycleChange, pk, sentence % {"at": at, "before": before})


def _knowing_another_highest(changes: QuerySet[LifecycleChange]) -> Iterator[Finding]:
    reached = Window(Max(_place("to_stage")), **_LEDGER)
    rows = changes.annotate(reached=reached, said=_place("highest")).exclude(said=F("reached"))
    stages = {place: stage for stage, place in ORDER.items()} | {0: LifecycleStage.OTHER.value}
    for pk, said, place in rows.values_list("pk", "highest", "reached").iterator():
        sentence = _("It says that %(said)s is the highest stage ever reached, and the ledger says %(reached)s.")
        yield Finding(LifecycleChange, pk, sentence % {"said": said, "reached": stages[place]})


def _place(column: str) -> Case:
    """Return a stage's place in the order; what stands outside of it counts as lowest."""
    places = (When(Q(**{column: stage}), then=place) for stage, place in ORDER.items())
    return Case(*places, default=0, output_field=IntegerField())


def register() -> None:
    """Register the checks; called once when the app is ready."""
    register_check(
        "contacts.lifecycle_stages",
        gettext_lazy("Contacts and companies are in the stage that their lifecycle ledger ends with"),
        stages_follow_the_ledger,
        count=count_subjects,
    )
    register_check(
        "contacts.lifecycle_ledger",
        gettext_lazy("Each row of the lifecycle ledger begins where the one before ended"),
        ledger_is_a_chain,
        count=LifecycleChange.objects.count,
    )
