"""The plans' list, the page of a plan, and the pages that stand beside it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from campaigns.admin.plans import editing, showing
from campaigns.admin.plans.page import CHANGE, RELATED, plan_page
from campaigns.admin.plans.verbs import VERBS
from campaigns.models import MarketingPlan, PlanItem, Strategy
from campaigns.plans.comparing import compare
from campaigns.plans.learning import what_worked
from campaigns.plans.moving import draft_plan
from campaigns.plans.plan import PlanState
from campaigns.plans.strategy import ItemState
from config.common.admin.base import TandemAdmin, display, visible_or_404
from config.common.admin.filters import FieldFilter
from config.common.admin.pages import show_page
from config.common.admin.widgets import DayInput
from deals.admin.reading import number_of

NAME = "campaigns_marketingplan"
MOST_TARGETS = 50


class StateFilter(FieldFilter):
    """How the plan stands."""

    field = "state"


@admin.register(MarketingPlan)
class MarketingPlanAdmin(TandemAdmin):
    """What marketing means to do, by period and market. What becomes of a plan is an act on its page."""

    list_display = ("title", "market", "period", "badge", "segments_shown", "done_shown", "owner")
    list_select_related = ("owner",)
    list_filter = (StateFilter,)
    search_help_text = gettext_lazy("Name or market")
    change_form_template = "campaigns/plans/plan.html"

    class Media:
        css: ClassVar = {"all": ("deals/deals.css", "campaigns/plans.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count segments and items of each plan."""
        rows: QuerySet[Any] = super().get_queryset(request)
        strategies = Strategy.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
        items = PlanItem.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
        counted: QuerySet[Any] = rows.annotate(
            segment_count=number_of(strategies),
            item_count=number_of(items),
            done_count=number_of(items.filter(state=ItemState.DONE)),
        )
        return counted

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many run, are drafts, and wait to be started."""
        counts = {state.value: Count("pk", filter=Q(state=state), distinct=True) for state in PlanState}
        figures = rows.order_by().aggregate(**counts)
        sentence = ngettext(
            "%(running)s plan is running, %(approved)s approved, %(draft)s in draft.",
            "%(running)s plans are running, %(approved)s approved, %(draft)s in draft.",
            figures["running"],
        )
        return sentence % figures

    @display(description=gettext_lazy("Plan"), ordering="name")
    def title(self, plan: MarketingPlan) -> str:
        """Return the name with its version."""
        return str(plan)

    @display(description=gettext_lazy("Period"), ordering="starts_on")
    def period(self, plan: MarketingPlan) -> str:
        """Return the period."""
        return showing.period_text(plan.starts_on, plan.ends_on)

    @display(description=gettext_lazy("State"), ordering="state", label=showing.COLOURS)
    def badge(self, plan: MarketingPlan) -> tuple[str, str]:
        """Return how it stands."""
        return plan.state, str(PlanState(plan.state).label)

    @display(description=gettext_lazy("Segments"), ordering="segment_count")
    def segments_shown(self, plan: Any) -> int:
        """Return for how many segments there is a strategy."""
        return int(plan.segment_count)

    @display(description=gettext_lazy("Items done"))
    def done_shown(self, plan: Any) -> str:
        """Return how many items are done of all."""
        return _("%(done)s of %(all)s") % {"done": plan.done_count, "all": plan.item_count}

    # --- Adding -------------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let days be chosen with the browser's own calendar."""
        if db_field.name in ("starts_on", "ends_on"):
            kwargs["widget"] = DayInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the page of a plan has forms of its own."""
        return ("name", "market", "starts_on", "ends_on", "owner") if obj is None else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer oneself as owner, and next year as the period."""
        year = timezone.localdate().year + 1
        given = super().get_changeform_initial_data(request)
        return {"owner": request.user.pk, "starts_on": f"{year}-01-01", "ends_on": f"{year}-12-31", **given}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Begin a plan; a plan that there is, is changed on its page."""
        if change:
            raise PermissionDenied
        names = ("name", "market", "starts_on", "ends_on", "owner")
        user: Any = request.user
        obj.__dict__.update(draft_plan(by=user, **{name: form.cleaned_data[name] for name in names}).__dict__)

    # --- The page -----------------------------------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Put everything about the plan on its page, which posts to views of its own."""
        extra = dict(extra_context or {})
        if object_id is not None:
            plan = self.read_for_page(request, MarketingPlan.objects.select_related(*RELATED), object_id)
            if not self.has_view_permission(request, plan):
                raise PermissionDenied
            request.method = "GET"
            extra = {**plan_page(request, plan, posted=extra.pop("posted", None), of=extra.pop("of", None)), **extra}
        return super().changeform_view(request, object_id, form_url, extra)

    def page_again(self, request: HttpRequest, object_id: int, *, posted: Any, of: int) -> HttpResponse:
        """Show the page with a table that was posted and refused."""
        again: HttpResponse = self.change_view(request, str(object_id), extra_context={"posted": posted, "of": of})
        return again

    def get_urls(self) -> list[URLPattern]:
        """Add the verbs, the forms of the parts, the comparison, and what worked."""
        wrap, kinds = self.admin_site.admin_view, tuple(editing.KINDS)
        own = [
            path(f"<int:object_id>/{name.replace('_', '-')}/", wrap(view), name=f"{NAME}_{name}")
            for name, view in VERBS.items()
        ]
        for kind in kinds:
            at = {"kind": kind}
            base = f"<int:object_id>/{kind}/"
            own += [
                path(f"{base}add/", wrap(editing.part_view), at, name=f"{NAME}_{kind}_add"),
                path(f"{base}<int:part_id>/", wrap(editing.part_view), at, name=f"{NAME}_{kind}"),
                path(f"{base}<int:part_id>/remove/", wrap(editing.remove_view), at, name=f"{NAME}_{kind}_remove"),
            ]
        promotion = editing.promotion_view(self)
        compared, worked = require_GET(self.compare_view), require_GET(self.worked_view)
        own += [
            path("<int:object_id>/details/", wrap(editing.details_view), name=f"{NAME}_details"),
            path("<int:object_id>/goals/<int:part_id>/count/", wrap(editing.count_view), name=f"{NAME}_count"),
            path("<int:object_id>/promotion/<int:strategy_id>/", wrap(promotion), name=f"{NAME}_promotion"),
            path("<int:object_id>/compare/<int:other_id>/", wrap(compared), name=f"{NAME}_compare"),
            path("<int:object_id>/worked/", wrap(worked), name=f"{NAME}_worked"),
        ]
        return [*own, *super().get_urls()]

    def compare_view(self, request: HttpRequest, object_id: int, other_id: int) -> HttpResponse:
        """Show side by side what is different between two plans."""
        plan, other = self._readable(request, object_id), self._readable(request, other_id)
        older, newer = sorted((plan, other), key=lambda each: each.pk)
        context = {"plan": plan, "older": older, "newer": newer, "differences": compare(older, newer)}
        title = _("%(older)s and %(newer)s") % {"older": older, "newer": newer}
        return show_page(request, self.admin_site, "campaigns/plans/compare.html", title, media=self.media, **context)

    def worked_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show what worked with its results, to be chosen for another plan."""
        plan = self._readable(request, object_id)
        user: Any = request.user
        drafts = MarketingPlan.objects.visible_to(user).filter(state=PlanState.DRAFT).exclude(pk=plan.pk)
        context = {
            "plan": plan,
            "items": what_worked(plan),
            "unsaid": PlanItem.objects.filter(plan=plan, worked=None).exclude(state="dropped").count(),
            "targets": drafts[:MOST_TARGETS] if user.has_perm(CHANGE) else (),
            "may_change": user.has_perm(CHANGE),
            "may_add": self.has_add_permission(request),
        }
        title = _("What worked in %(plan)s") % {"plan": plan}
        return show_page(request, self.admin_site, "campaigns/plans/worked.html", title, media=self.media, **context)

    def _readable(self, request: HttpRequest, object_id: int) -> MarketingPlan:
        plan: MarketingPlan = visible_or_404(MarketingPlan.objects.all(), request.user, object_id)
        if not self.has_view_permission(request, plan):
            raise PermissionDenied
        return plan
