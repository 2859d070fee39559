"""What segments offer when the app is ready: the fields of rules, and the proofs."""

from campaigns.segments import (
    company_fields,
    contact_fields,
    deal_fields,
    lifecycle_fields,
    membership_fields,
    money_fields,
    proving,
)
from campaigns.segments.models import Segment
from config.integrations.models import EventQuerySet


def register() -> None:
    """Register everything; called once when the app is ready."""
    for fields in (contact_fields, company_fields, lifecycle_fields, deal_fields, money_fields, membership_fields):
        fields.register()
    proving.register()
    EventQuerySet.register_subject(Segment)
