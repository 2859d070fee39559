"""``leads``: the marketing qualified leads that wait for sales, and the verb that accepts one."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.qualification.accepting import accept_lead, waiting_leads
from config.common.api.fields import UtcDateTimeField
from config.common.api.filters import Filters, IdsFilter
from config.common.api.schema import verb
from config.common.api.serializers import RowSerializer
from config.common.api.viewsets import VerbsMixin
from contacts.models import Contact


class LeadSerializer(RowSerializer):
    """A lead: who, whose, since when, and why."""

    name = serializers.CharField(source="full_name", read_only=True)
    since = UtcDateTimeField(source="lifecycle_since", read_only=True)
    reason = serializers.CharField(read_only=True, help_text="Which conditions made it a marketing qualified lead.")

    class Meta:
        model = Contact
        fields = ("id", "name", "owner", "lifecycle_stage", "since", "reason")
        read_only_fields = fields

    def read_reason(self, contact: Any) -> str:
        """Return what the ledger says."""
        return str(getattr(contact, "reason", "") or "")


class LeadFilters(Filters):
    """What leads can be filtered by."""

    owner = IdsFilter()


class LeadViewSet(VerbsMixin):
    """Marketing qualified leads that wait for sales, the longest waiting first."""

    queryset = Contact.objects.all()
    serializer_class = LeadSerializer
    filterset_class = LeadFilters
    verb_permissions: ClassVar = {"accept": "contacts.change_contact"}
    ordering_fields: ClassVar = {"since": "lifecycle_since"}

    def visible(self, rows: Any) -> QuerySet[Any]:
        """Show who waits; a lead (not yet an MQL) may be accepted too."""
        seen: QuerySet[Any] = waiting_leads(self.caller) if self.action == "list" else rows.visible_to(self.caller)
        return seen

    @verb()
    def accept(self, request: Request, pk: str) -> Response:
        """Take the lead on: it becomes a sales qualified lead, yours if it was nobody's."""
        return self.perform_verb(request, lambda row: accept_lead(row, by=self.caller))
