"""The lock of a campaign: everything that changes it as a whole takes it first."""

from campaigns.execution.campaign import Campaign


def lock_campaign(pk: int) -> Campaign:
    """Lock a campaign and return it as it is now; rows that only point at it are written without waiting."""
    locked: Campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    return locked
