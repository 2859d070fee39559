"""How often links were followed and forms were posted, beside each row of a list."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.capture.submission import Submission, SubmissionState
from campaigns.capture.touch import Touch


def with_touches(links: QuerySet[Any]) -> QuerySet[Any]:
    """Add to each link how often it was followed: counted for the rows that are shown only."""
    counted: QuerySet[Any] = links.annotate(touches_counted=_number(Touch.objects.filter(link=OuterRef("pk")), "link"))
    return counted


def with_posts(forms: QuerySet[Any]) -> QuerySet[Any]:
    """Add to each form how many posts were accepted, and how many wait to be confirmed."""
    posts = Submission.objects.filter(form=OuterRef("pk"))
    counted: QuerySet[Any] = forms.annotate(
        accepted=_number(posts.filter(state=SubmissionState.ACCEPTED), "form"),
        waiting=_number(posts.filter(state=SubmissionState.UNCONFIRMED), "form"),
    )
    return counted


def _number(rows: QuerySet[Any], of: str) -> Coalesce:
    counted = rows.order_by().values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
