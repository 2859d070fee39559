"""Pages and posts with which one edits a plan: its head, goals, strategies, items, answers, the promotion table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.admin.plans.forms import AnswerForm, DetailsForm, GoalForm, ItemForm, PartForm, StrategyForm
from campaigns.admin.plans.page import CHANGE, choices_of
from campaigns.admin.plans.promotion import message_rows, save_messages
from campaigns.models import MarketingPlan, PlanAnswer, PlanGoal, PlanItem, Strategy
from campaigns.plans.editing import change_plan, may_change, remove_part, save_part
from campaigns.plans.strategy import PART_OF, Part, Question, Topic
from config.common.admin.base import change_address, sentence_of, visible_or_404
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from deals.admin.reading import as_id, reader_of, text_of


@dataclass(frozen=True, slots=True)
class PartKind:
    """A kind of part: its model, its form, and how an empty one is made for an address."""

    model: Any
    form: type[PartForm]
    blank: Callable[[HttpRequest, MarketingPlan], Any]
    many: tuple[str, ...] = ()


def _blank_goal(request: HttpRequest, plan: MarketingPlan) -> PlanGoal:
    return PlanGoal(plan=plan)


def _blank_strategy(request: HttpRequest, plan: MarketingPlan) -> Strategy:
    return Strategy(plan=plan, position=plan.strategies.count())


def _blank_answer(request: HttpRequest, plan: MarketingPlan) -> PlanAnswer:
    question = request.GET.get("question", "")
    if question not in Question.values or plan.answers.filter(question=question).exists():
        raise Http404(_("There is no such record."))
    return PlanAnswer(plan=plan, question=question)


def _blank_item(request: HttpRequest, plan: MarketingPlan) -> PlanItem:
    topic = request.GET.get("topic", "")
    if topic not in Topic.values:
        raise Http404(_("There is no such record."))
    strategy = None
    if PART_OF[topic] != Part.INSIDE:
        strategy = visible_or_404(plan.strategies, request.user, as_id(request.GET.get("strategy")))
    return PlanItem(plan=plan, strategy=strategy, topic=topic)


KINDS = {
    "goals": PartKind(PlanGoal, GoalForm, _blank_goal),
    "strategies": PartKind(Strategy, StrategyForm, _blank_strategy),
    "answers": PartKind(PlanAnswer, AnswerForm, _blank_answer, ("findings",)),
    "items": PartKind(PlanItem, ItemForm, _blank_item, ("products", "findings")),
}


@require_http_methods(["GET", "POST"])
def details_view(request: HttpRequest, object_id: int) -> HttpResponse:
    """Show and save the head of a plan."""
    plan = _plan(request, object_id)
    form = DetailsForm(request.POST or None, instance=plan, reader=reader_of(request))
    title = _("Details of %(plan)s") % {"plan": str(plan)}

    def save() -> None:
        change_plan(plan, [name for name in form.changed_data if name != "version"])

    return _answer(request, plan, form, save, title)


@require_http_methods(["GET", "POST"])
def part_view(request: HttpRequest, object_id: int, kind: str, part_id: int | None = None) -> HttpResponse:
    """Show and save a part of a plan, or an empty one."""
    plan, of = _plan(request, object_id), KINDS[kind]
    part = of.blank(request, plan) if part_id is None else _part(request, plan, of, part_id)
    allowed = may_change(part, plan)
    if allowed is not None and (part.pk is None or not allowed):
        messages.error(request, _("What this plan says stays. Make a new version and change that."))
        return HttpResponseRedirect(change_address(plan))
    form = of.form(request.POST or None, instance=part, reader=reader_of(request))

    def save() -> None:
        changed = [name for name in form.changed_data if name != "version"]
        many = {name: form.cleaned_data[name] for name in of.many if name in changed}
        if changed or part.pk is None:
            save_part(part, [name for name in changed if name not in of.many], **many)

    return _answer(
        request,
        plan,
        form,
        save,
        _title(part),
        removable=part.pk is not None and plan.is_draft and _may_remove(request, part),
    )


@require_POST
def remove_view(request: HttpRequest, object_id: int, kind: str, part_id: int) -> HttpResponse:
    """Take a part out of a draft."""
    plan, of = _plan(request, object_id), KINDS[kind]
    part = _part(request, plan, of, part_id)
    if not _may_remove(request, part):
        raise PermissionDenied
    try:
        remove_part(part)
        messages.success(request, _("“%(name)s” is out of the plan.") % {"name": part})
    except (DomainError, ValidationError) as refusal:
        messages.error(request, sentence_of(refusal))
    return HttpResponseRedirect(change_address(plan))


@require_POST
def count_view(request: HttpRequest, object_id: int, part_id: int) -> HttpResponse:
    """Write down what was counted by hand for a goal."""
    plan = _plan(request, object_id)
    goal = _part(request, plan, KINDS["goals"], part_id)
    form = GoalForm({"counted": text_of(request, "counted", 30), "counted_on": text_of(request, "counted_on", 10)},
                    instance=goal, reader=reader_of(request))  # fmt: skip
    form.keep_only(frozenset({"counted", "counted_on"}))
    try:
        if not form.is_valid():
            raise ValidationError(_("Write a number, such as 12, and the day on which you counted."))
        save_part(goal, ["counted", "counted_on"])
        messages.success(request, _("Written down."))
    except (DomainError, ValidationError) as refusal:
        messages.error(request, sentence_of(refusal))
    return HttpResponseRedirect(change_address(plan) + "#goals")


def promotion_view(site_admin: Any) -> Callable[[HttpRequest, int, int], HttpResponse]:
    """Return the view that saves the promotion table of a strategy; what is wrong is shown at its field."""

    @require_POST
    def view(request: HttpRequest, object_id: int, strategy_id: int) -> HttpResponse:
        plan = _plan(request, object_id)
        strategy = _part(request, plan, KINDS["strategies"], strategy_id)
        items = list(strategy.items.filter(topic=Topic.MESSAGE).select_related("channel", "owner"))
        rows = message_rows(strategy, items, *choices_of(request.user), data=request.POST)
        try:
            faults = [row for row in rows if not row.form.is_valid()]
            if faults:
                raise ValidationError(_("Nothing was saved. Correct what is marked."))
            save_messages(strategy, rows)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
            shown: HttpResponse = site_admin.page_again(request, object_id, posted=request.POST, of=strategy.pk)
            return shown
        messages.success(request, _("The promotion is saved."))
        return HttpResponseRedirect(f"{change_address(plan)}#strategy-{strategy.pk}")

    return view


def _plan(request: HttpRequest, object_id: int) -> MarketingPlan:
    plan: MarketingPlan = visible_or_404(MarketingPlan.objects.select_related("owner"), request.user, object_id)
    user: Any = request.user
    if not user.has_perm(CHANGE):
        raise PermissionDenied
    return plan


def _may_remove(request: HttpRequest, part: Any) -> bool:
    user: Any = request.user
    return bool(user.has_perm(f"campaigns.delete_{part._meta.model_name}"))


def _part(request: HttpRequest, plan: MarketingPlan, kind: PartKind, part_id: int) -> Any:
    part = visible_or_404(kind.model.objects.filter(plan=plan), request.user, part_id)
    part.plan = plan
    return part


def _answer(
    request: HttpRequest,
    plan: MarketingPlan,
    form: PartForm,
    save: Callable[[], None],
    title: str,
    *,
    removable: bool = False,
) -> HttpResponse:
    """Save a posted form and go back to the plan; else show it, with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                save()
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(change_address(plan) + _place(form.instance))
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    context = {"plan": plan, "form": form, "part": form.instance, "removable": removable}
    return show_page(request, admin.site, "campaigns/plans/part.html", title, **context)


def _place(part: Any) -> str:
    if isinstance(part, PlanItem):
        return f"#strategy-{part.strategy_id}" if part.strategy_id else "#inside"
    return {PlanGoal: "#goals", PlanAnswer: "#questions"}.get(type(part), "")


def _title(part: Any) -> str:
    if isinstance(part, PlanItem):
        topic = part.get_topic_display()
        if part.strategy is None:
            return str(topic)
        return _("%(topic)s for %(segment)s") % {"topic": topic, "segment": part.strategy.segment}
    if isinstance(part, PlanAnswer):
        return str(part.get_question_display())
    return str(part) if part.pk else _("New %(what)s") % {"what": part._meta.verbose_name}
