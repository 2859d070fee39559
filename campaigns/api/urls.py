"""Addresses of this app's part of the API."""

from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from campaigns.api.ab_testing import CompareView
from campaigns.api.attribution import AttributionModelViewSet, AttributionRunViewSet, ShareViewSet
from campaigns.api.attribution_journeys import AttributeView
from campaigns.api.attribution_reports import AttributionView
from campaigns.api.attribution_tracing import TraceView
from campaigns.api.budget_sheet import PlanBudgetView
from campaigns.api.budgets import BudgetLineViewSet, CommitmentViewSet, CostViewSet, MarketingPolicyView
from campaigns.api.campaign_members import MemberStatusViewSet, MemberViewSet
from campaigns.api.campaign_parts import CampaignGoalViewSet, ContentItemViewSet, TaskViewSet
from campaigns.api.campaigns import CampaignViewSet
from campaigns.api.experiments import ExperimentViewSet, VariantViewSet
from campaigns.api.forms import FormViewSet, SubmissionViewSet
from campaigns.api.leads import LeadViewSet
from campaigns.api.links import LinkViewSet, UtmTermViewSet
from campaigns.api.plan_parts import PlanAnswerViewSet, PlanGoalViewSet, PlanItemViewSet, StrategyViewSet
from campaigns.api.plans import PlanViewSet
from campaigns.api.research import ChannelViewSet, FindingViewSet, PersonaViewSet, StudyViewSet
from campaigns.api.results import CampaignResultsView, FunnelView, ResultRowsView, ResultsView
from campaigns.api.segments import SegmentFieldsView, SegmentViewSet
from campaigns.api.touches import TouchViewSet, VisitorViewSet

router = SimpleRouter()
router.register("attribution-models", AttributionModelViewSet)
router.register("attribution-runs", AttributionRunViewSet)
router.register("shares", ShareViewSet)
router.register("channels", ChannelViewSet)
router.register("studies", StudyViewSet)
router.register("findings", FindingViewSet)
router.register("personas", PersonaViewSet)
router.register("segments", SegmentViewSet)
router.register("plans", PlanViewSet)
router.register("plan-goals", PlanGoalViewSet)
router.register("strategies", StrategyViewSet)
router.register("plan-items", PlanItemViewSet)
router.register("plan-answers", PlanAnswerViewSet)
router.register("campaigns", CampaignViewSet)
router.register("campaign-members", MemberViewSet)
router.register("member-statuses", MemberStatusViewSet)
router.register("campaign-tasks", TaskViewSet)
router.register("content-items", ContentItemViewSet)
router.register("campaign-goals", CampaignGoalViewSet)
router.register("budget-lines", BudgetLineViewSet)
router.register("commitments", CommitmentViewSet)
router.register("costs", CostViewSet)
router.register("experiments", ExperimentViewSet)
router.register("variants", VariantViewSet)
router.register("links", LinkViewSet)
router.register("utm-terms", UtmTermViewSet)
router.register("forms", FormViewSet)
router.register("submissions", SubmissionViewSet)
router.register("touches", TouchViewSet)
router.register("visitors", VisitorViewSet)
router.register("leads", LeadViewSet, basename="lead")

urlpatterns: list[Any] = [
    *router.urls,
    path("campaigns/<int:pk>/results/", CampaignResultsView.as_view(), name="campaign-results"),
    path("results/", ResultsView.as_view(), name="results"),
    path("results/rows/", ResultRowsView.as_view(), name="results-rows"),
    path("funnel/", FunnelView.as_view(), name="funnel"),
    path("plans/<int:pk>/budget/", PlanBudgetView.as_view({"get": "budget"}), name="plan-budget"),
    path(
        "marketing-policy/",
        MarketingPolicyView.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="marketing-policy",
    ),
    path("attribution/", AttributionView.as_view(), name="attribution"),
    path("attribution/trace/", TraceView.as_view(), name="attribution-trace"),
    path("attribution/attribute/", AttributeView.as_view(), name="attribution-attribute"),
    path("segment-fields/", SegmentFieldsView.as_view(), name="segment-fields"),
    path("ab-test/", CompareView.as_view(), name="ab-test"),
]
