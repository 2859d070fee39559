"""What staff see of marketing."""

from campaigns.admin import capture, channels, research
from campaigns.admin.attribution import lists as attribution
from campaigns.admin.budgets import commitments, costs, policy
from campaigns.admin.campaigns import admin as campaigns
from campaigns.admin.campaigns import calendar
from campaigns.admin.experiments import admin as experiments
from campaigns.admin.plans import admin as plans
from campaigns.admin.results import funnel, pages
from campaigns.admin.segments import admin as segments

__all__ = [
    "attribution",
    "calendar",
    "campaigns",
    "capture",
    "channels",
    "commitments",
    "costs",
    "experiments",
    "funnel",
    "pages",
    "plans",
    "policy",
    "research",
    "segments",
]
