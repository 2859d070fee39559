"""Re-exports the slices' models, where Django looks for them."""

from campaigns.attribution.models import AttributionModel, AttributionRun, RunDeal, Share
from campaigns.budgets.document import CostDocument
from campaigns.budgets.models import BudgetLine, Commitment, Cost
from campaigns.budgets.watch import BudgetWatch
from campaigns.capture.models import (
    FormConsent,
    FormField,
    Submission,
    Touch,
    TrackedLink,
    UtmAlias,
    UtmTerm,
    Visitor,
    WebForm,
)
from campaigns.channels.models import Channel
from campaigns.execution.models import (
    Campaign,
    CampaignChange,
    CampaignGoal,
    CampaignMember,
    CampaignTask,
    ContentItem,
    MemberChange,
    MemberStatus,
)
from campaigns.experiments.models import Assignment, Experiment, ExperimentChange, Variant
from campaigns.plans.models import MarketingPlan, PlanAnswer, PlanChange, PlanGoal, PlanItem, Strategy
from campaigns.policy.models import MarketingPolicy
from campaigns.research.models import Finding, Persona, Study
from campaigns.segments.models import HandPick, Segment, SegmentMember, SegmentRefresh

__all__ = [
    "Assignment",
    "AttributionModel",
    "AttributionRun",
    "BudgetLine",
    "BudgetWatch",
    "Campaign",
    "CampaignChange",
    "CampaignGoal",
    "CampaignMember",
    "CampaignTask",
    "Channel",
    "Commitment",
    "ContentItem",
    "Cost",
    "CostDocument",
    "Experiment",
    "ExperimentChange",
    "Finding",
    "FormConsent",
    "FormField",
    "HandPick",
    "MarketingPlan",
    "MarketingPolicy",
    "MemberChange",
    "MemberStatus",
    "Persona",
    "PlanAnswer",
    "PlanChange",
    "PlanGoal",
    "PlanItem",
    "RunDeal",
    "Segment",
    "SegmentMember",
    "SegmentRefresh",
    "Share",
    "Strategy",
    "Study",
    "Submission",
    "Touch",
    "TrackedLink",
    "UtmAlias",
    "UtmTerm",
    "Variant",
    "Visitor",
    "WebForm",
]
