"""What campaigns and their budgets tell the apps and slices below: events, words, copies."""

from django.utils.translation import gettext_lazy as _

from campaigns.budgets import copying, deciding, watching
from campaigns.budgets.models import Commitment, Cost
from campaigns.execution.cloning import register_copier
from campaigns.execution.models import Campaign
from campaigns.plans.moving import register_follower
from campaigns.plans.revising import register_part_to_copy
from config.integrations.models import EventQuerySet
from contacts.messages import kinds


def register() -> None:
    """Register everything; called once when the app is ready."""
    for model in (Campaign, Cost, Commitment):
        EventQuerySet.register_subject(model)
    kinds.register_kind(watching.KIND, _("Budget"))
    kinds.register_kind(deciding.KIND, _("Decision on a cost"))
    register_copier(copying.copy_to_clone)
    register_part_to_copy(copying.copy_to_revision)
    register_follower(copying.follow_revision)
