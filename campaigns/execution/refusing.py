"""Why something can't be done with a campaign now, each with the way round."""

from django.utils.translation import gettext as _

from campaigns.execution.campaign import Campaign, CampaignState
from config.common.errors import DomainError


class CampaignRefused(DomainError):
    """A campaign can't be changed or moved that way now."""

    code = "campaign_refused"


def check_not_over(campaign: Campaign) -> None:
    """Refuse new work for a campaign that is over."""
    if campaign.state in (CampaignState.FINISHED, CampaignState.CANCELLED):
        sentence = _("“%(campaign)s” is over. Clone it to run it again.")
        raise CampaignRefused(sentence % {"campaign": campaign}, code="campaign_over")
