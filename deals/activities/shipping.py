"""Ships a care plan on an empty database."""

from django.db import transaction
from django.utils.translation import gettext_noop

from deals.activities.care import CarePlan, CareStep
from deals.activities.kinds import ActivityKind

NAME = gettext_noop("After-sale care")
STEPS = (
    (2, ActivityKind.CALL, gettext_noop("Call to say thank you"), ""),
    (
        14,
        ActivityKind.CALL,
        gettext_noop("Ask: is everything delivered and working?"),
        gettext_noop("Note what is missing and who takes care of it."),
    ),
    (
        30,
        ActivityKind.CALL,
        gettext_noop("Ask how satisfied they are, and for a testimonial"),
        gettext_noop("May we quote them? May we name them to others?"),
    ),
    (
        90,
        ActivityKind.MEETING,
        gettext_noop("Review what they need now"),
        gettext_noop("What has changed since? What else could help them?"),
    ),
    (180, ActivityKind.CALL, gettext_noop("Talk about renewing or buying again"), ""),
)


@transaction.atomic
def ship_care_plan() -> None:
    """Make the care plan for all pipelines, where there is no plan yet."""
    if CarePlan.objects.exists():
        return
    care_plan = CarePlan.objects.create(name=NAME)
    CareStep.objects.bulk_create(
        CareStep(plan=care_plan, position=position, days_after=days, kind=kind, subject=subject, note=note)
        for position, (days, kind, subject, note) in enumerate(STEPS)
    )
