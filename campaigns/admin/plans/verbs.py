"""What one does to a plan from its page: each reads its form and calls one function."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin.plans.page import APPROVE, CHANGE
from campaigns.models import MarketingPlan, PlanItem
from campaigns.plans import learning, moving, revising
from config.common.admin.base import change_address, visible_or_404
from deals.admin.acting import Outcome, act_on
from deals.admin.reading import as_id, text_of

LONGEST_LESSON = 10_000


def _plans() -> Any:
    return MarketingPlan.objects.select_related("owner")


@act_on(_plans, APPROVE)
def approve(request: HttpRequest, plan: MarketingPlan) -> Outcome:
    """Approve the draft that the reader has seen."""
    seen = request.POST.get("version", "")
    if seen and seen != plan.version:
        raise ValidationError(_("The draft was changed since you opened this page. Read it again, then approve it."))
    moving.approve(plan, by=_user(request), note=text_of(request, "note"))
    return Outcome(_("The plan is approved. From now on it says what it says."))


@act_on(_plans, CHANGE)
def start(request: HttpRequest, plan: MarketingPlan) -> Outcome:
    """Let it run; it takes over from the version it revises."""
    moving.start(plan, by=_user(request))
    return Outcome(_("The plan runs."))


@act_on(_plans, CHANGE)
def close(request: HttpRequest, plan: MarketingPlan) -> Outcome:
    """End it and keep what was learned."""
    moving.close(plan, by=_user(request), lesson=text_of(request, "lesson", LONGEST_LESSON))
    return Outcome(_("The plan is closed, and what you learned is kept."))


@act_on(_plans, CHANGE)
def revise(request: HttpRequest, plan: MarketingPlan) -> Outcome:
    """Make the next version and go there."""
    version = revising.revise(plan, by=_user(request))
    sentence = _("Version %(number)s is drafted. The one before counts until this one starts.")
    return Outcome(sentence % {"number": version.version_number}, change_address(version))


@act_on(_plans, CHANGE)
def copy_worked(request: HttpRequest, plan: MarketingPlan) -> Outcome:
    """Copy the chosen items into the chosen draft and go there."""
    into = visible_or_404(MarketingPlan.objects.all(), request.user, as_id(request.POST.get("into")))
    chosen = [as_id(text) for text in request.POST.getlist("item")]
    items = list(PlanItem.objects.filter(pk__in=chosen).select_related("plan", "strategy"))
    if not items:
        raise ValidationError(_("Choose at least one item."))
    copies = learning.copy_what_worked(plan, items, into)
    sentence = ngettext("%(number)s item was copied.", "%(number)s items were copied.", len(copies))
    return Outcome(sentence % {"number": len(copies)}, change_address(into))


def _user(request: HttpRequest) -> Any:
    return request.user


VERBS = {"approve": approve, "start": start, "close": close, "revise": revise, "copy_worked": copy_worked}
