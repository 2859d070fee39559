"""Re-exports the models of this slice."""

from campaigns.attribution.model import AttributionModel
from campaigns.attribution.run import AttributionRun
from campaigns.attribution.share import RunDeal, Share

__all__ = ["AttributionModel", "AttributionRun", "RunDeal", "Share"]
