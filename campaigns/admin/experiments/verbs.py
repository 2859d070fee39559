"""What one does to an A/B test from its page: each reads its form and calls one function."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from campaigns.experiments.moving import decide, start, stop
from campaigns.experiments.wording import count
from campaigns.models import Experiment, Variant
from deals.admin.acting import Outcome, act_on
from deals.admin.reading import as_id, text_of

CHANGE = "campaigns.change_experiment"


def _tests() -> Any:
    return Experiment.objects.select_related("campaign")


@act_on(_tests, CHANGE)
def start_test(request: HttpRequest, experiment: Experiment) -> Outcome:
    """Let it begin."""
    user: Any = request.user
    started = start(experiment, by=user)
    sentence = _("“%(test)s” runs. Each variant needs %(needed)s people.")
    return Outcome(sentence % {"test": started, "needed": count(started.needed_per_variant)})


@act_on(_tests, CHANGE)
def stop_test(request: HttpRequest, experiment: Experiment) -> Outcome:
    """Stop it, early with a reason."""
    user: Any = request.user
    stopped = stop(experiment, by=user, reason=text_of(request, "reason"))
    if stopped.stopped_early:
        return Outcome(_("“%(test)s” is stopped early. Decide what follows.") % {"test": stopped})
    return Outcome(_("“%(test)s” is stopped by its rule. Decide what follows.") % {"test": stopped})


@act_on(_tests, CHANGE)
def decide_test(request: HttpRequest, experiment: Experiment) -> Outcome:
    """Write down what follows."""
    user: Any = request.user
    winner = Variant.objects.filter(pk=as_id(request.POST.get("winner", ""))).first()
    decided = decide(experiment, by=user, winner=winner, text=text_of(request, "text", 2000))
    return Outcome(_("The decision on “%(test)s” is written down, with its figures.") % {"test": decided})


VERBS = {"start": start_test, "stop": stop_test, "decide": decide_test}
