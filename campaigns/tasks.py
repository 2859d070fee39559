"""Celery's entry points of campaigns: ids in, one call."""

from celery import shared_task
from django.utils import timezone

from campaigns.attribution import sharing, thinning
from campaigns.budgets import watching
from campaigns.capture import confirming
from campaigns.experiments import moving as experiments
from campaigns.segments import refreshing, sweeping
from deals.tasks import ask


@shared_task(name="campaigns.expire_submissions")
def expire_submissions() -> None:
    """Forget what was posted and never confirmed."""
    confirming.expire_submissions(timezone.now())


@shared_task(name="campaigns.stop_due_tests")
def stop_due_tests() -> None:
    """Stop A/B tests whose rule is met."""
    experiments.stop_those_due()


@shared_task(name="campaigns.refresh_segment")
def refresh_segment(segment_id: int) -> None:
    """Refresh one segment; harmless at any time and any number of times."""
    refreshing.refresh_if_in_use(segment_id)


@shared_task(name="campaigns.sweep_segments")
def sweep_segments() -> None:
    """Have segments refreshed that are due, those first that others ask for."""
    sweeping.release_segments(ask(refresh_segment, sweeping.claim_due_segments(timezone.now())))


@shared_task(name="campaigns.run_attribution")
def run_attribution(model_id: int) -> None:
    """Run one attribution model if it is due; harmless at any time and any number of times."""
    sharing.run_if_due(model_id, timezone.now())


@shared_task(name="campaigns.sweep_attribution")
def sweep_attribution() -> None:
    """Have those models run that wait for it."""
    ask(run_attribution, sharing.due_models(timezone.now()))


@shared_task(name="campaigns.thin_attribution")
def thin_attribution() -> None:
    """Delete old versions that the house made and has replaced the same day."""
    thinning.thin_runs(timezone.now())


@shared_task(name="campaigns.watch_budgets")
def watch_budgets() -> None:
    """Look at all budgets anew: a rate that was added may have brought one over its end."""
    watching.watch_all()
