"""Re-exports the models of this slice."""

from campaigns.plans.plan import MarketingPlan, PlanChange, PlanGoal
from campaigns.plans.strategy import PlanAnswer, PlanItem, Strategy

__all__ = ["MarketingPlan", "PlanAnswer", "PlanChange", "PlanGoal", "PlanItem", "Strategy"]
