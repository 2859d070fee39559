"""Re-exports the models of this slice."""

from campaigns.execution.campaign import Campaign, CampaignChange, CampaignGoal
from campaigns.execution.membership import CampaignMember, MemberChange, MemberStatus
from campaigns.execution.work import CampaignTask, ContentItem

__all__ = [
    "Campaign",
    "CampaignChange",
    "CampaignGoal",
    "CampaignMember",
    "CampaignTask",
    "ContentItem",
    "MemberChange",
    "MemberStatus",
]
