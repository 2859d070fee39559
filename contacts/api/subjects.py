"""What the serializers and filters of contacts and companies share."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import Filters, IdsFilter, MomentFilter, WordsFilter, YesFilter
from config.common.api.serializers import RowSerializer
from contacts.models import User
from contacts.people.stages import LifecycleStage


class SubjectSerializer(RowSerializer):
    """A contact or company: owner, lifecycle, archive."""

    SHARED: ClassVar = (
        "lifecycle_stage",
        "lifecycle_highest",
        "lifecycle_since",
        "external_id",
        "archived_at",
        "archived_reason",
        "created_at",
        "updated_at",
    )
    READ_ONLY: ClassVar = ("lifecycle_highest", "lifecycle_since", "archived_at", "archived_reason")
    state: ClassVar = {
        "lifecycle_highest": _("This follows from the lifecycle stage."),
        "lifecycle_since": _("This follows from the lifecycle stage."),
        "archived_at": _("Use the verbs /archive/ and /restore/."),
    }
    fixed: ClassVar = {
        "lifecycle_stage": _(
            "The lifecycle stage is changed by its verbs: POST …/advance/ to go forward, …/step-back/ to go back."
        ),
    }

    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False, allow_null=True)
    lifecycle_stage = serializers.ChoiceField(choices=LifecycleStage.choices, required=False)

    @property
    def caller(self) -> User:
        """Who calls."""
        user: User = self.context["request"].user
        return user

    def with_owner(self, validated: dict[str, Any]) -> dict[str, Any]:
        """Return the fields with an owner: the caller, unless one is given or the caller is an integration."""
        return {"owner": None if self.caller.is_service else self.caller, **validated}

    def first_stage(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Take the first lifecycle stage out of the fields, if it is given."""
        return {"stage": fields.pop("lifecycle_stage")} if "lifecycle_stage" in fields else {}


class SubjectFilters(Filters):
    """What contacts and companies can be filtered by."""

    owner = IdsFilter()
    team = IdsFilter(field_name="owner__team")
    unowned = YesFilter(field_name="owner", lookup_expr="isnull")
    lifecycle_stage = WordsFilter(words=LifecycleStage.values)
    lifecycle_highest = WordsFilter(words=LifecycleStage.values)
    external_id = WordsFilter()
    archived = YesFilter(field_name="archived_at", method="by_archive")
    created_from = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_to = MomentFilter(field_name="created_at", lookup_expr="lt")
    changed_from = MomentFilter(field_name="updated_at", lookup_expr="gte")

    def by_archive(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that are archived, or those that are not."""
        return rows.filter(archived_at__isnull=not value)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what is archived unless it is asked for."""
        if self.form.cleaned_data.get("archived") is None:
            queryset = queryset.filter(archived_at__isnull=True)
        filtered: QuerySet[Any] = super().filter_queryset(queryset)
        return filtered
