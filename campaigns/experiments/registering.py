"""What experiments tell the apps below: what their news are about, and what must hold of them."""

from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.experiments.models import Assignment, Experiment
from config.common.integrity import Finding, register_check
from config.integrations.models import EventQuerySet


def register() -> None:
    """Register everything; called once when the app is ready."""
    EventQuerySet.register_subject(Experiment)
    register_check(
        "campaigns.assignments",
        gettext_lazy("Whoever takes part in an A/B test was given one of its own variants"),
        assignments_are_of_their_test,
        count=Assignment.objects.count,
    )


def assignments_are_of_their_test() -> Iterator[Finding]:
    """Find assignments to a variant of another test."""
    strange = Assignment.objects.exclude(variant__experiment=F("experiment")).order_by("pk")
    for pk, variant in strange.values_list("pk", "variant").iterator():
        yield Finding(Assignment, pk, _("The variant %(variant)s belongs to another test.") % {"variant": variant})
