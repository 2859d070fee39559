"""Segments, members, picks and refreshes as the API shows them, and what it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from campaigns.models import HandPick, Persona, Segment, SegmentMember, SegmentRefresh
from campaigns.segments.reading import Explanation, Trace
from campaigns.segments.refusing import TreeRefused
from campaigns.segments.saving import save_segment
from config.common.api.fields import IdNumber, UtcDateTimeField, VisibleField, VisibleRows
from config.common.api.serializers import RowSerializer, VerbInput
from contacts.models import Contact, User

MOST_IDS = 1000


@contextmanager
def faults_in_rule() -> Iterator[None]:
    """Answer a rule that makes no sense as wrong input, at the path of the node at fault."""
    try:
        yield
    except TreeRefused as refusal:
        path = f"rule.{refusal.path}" if refusal.path else "rule"
        raise serializers.ValidationError({path: [refusal.sentence]}, code=refusal.code) from refusal


class SegmentRowSerializer(RowSerializer):
    """A segment in a list."""

    size = serializers.IntegerField(source="seen_size", read_only=True, help_text="Members whom the caller may see.")
    entered_this_week = serializers.IntegerField(source="week_in", read_only=True)
    left_this_week = serializers.IntegerField(source="week_out", read_only=True)

    class Meta:
        model = Segment
        fields = (
            "id", "name", "kind", "owner", "size", "entered_this_week", "left_this_week", "refreshed_at",
            "archived_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class SegmentSerializer(RowSerializer):
    """A segment with its rule."""

    state: ClassVar = {"archived_at": gettext_lazy("Use the verbs /archive/ and /restore/.")}
    fixed: ClassVar = {"kind": gettext_lazy("A segment keeps its kind. Make another one, of the other kind.")}

    owner = VisibleField(queryset=User.objects.filter(is_active=True), required=False)
    rule = serializers.JSONField(required=False, allow_null=True, help_text="See /segment-fields/ for what it may ask.")
    personas = VisibleRows(queryset=Persona.objects.all(), required=False)
    size = serializers.IntegerField(source="seen_size", read_only=True, help_text="Members whom the caller may see.")
    entered_this_week = serializers.IntegerField(source="week_in", read_only=True)
    left_this_week = serializers.IntegerField(source="week_out", read_only=True)

    class Meta:
        model = Segment
        fields = (
            "id", "name", "description", "kind", "rule", "rule_version", "owner", "personas", "refresh_hours", "size",
            "entered_this_week", "left_this_week", "refreshed_at", "refresh_due_at", "archived_at", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("rule_version", "refreshed_at", "refresh_due_at", "archived_at")

    def read_personas(self, segment: Any) -> list[int]:
        """Return the ids of the personas."""
        return [persona.pk for persona in segment.personas.all()]

    def create(self, validated_data: dict[str, Any]) -> Segment:
        """Make it in the caller's name."""
        return self._save(None, validated_data)

    def update(self, instance: Segment, validated_data: dict[str, Any]) -> Segment:
        """Change what was given."""
        return self._save(instance, validated_data)

    def _save(self, segment: Segment | None, given: dict[str, Any]) -> Segment:
        with faults_in_rule():
            return save_segment(by=self.context["request"].user, segment=segment, **given)


class SegmentMemberSerializer(RowSerializer):
    """A stay of a contact in a segment."""

    contact_name = serializers.CharField(source="contact.full_name", read_only=True)

    class Meta:
        model = SegmentMember
        fields = ("id", "contact", "contact_name", "entered_at", "left_at")
        read_only_fields = fields


class HandPickSerializer(RowSerializer):
    """Somebody put in or left out by hand."""

    class Meta:
        model = HandPick
        fields = ("id", "segment", "contact", "is_in", "reason", "by", "created_at", "updated_at")
        read_only_fields = fields


class SegmentRefreshSerializer(RowSerializer):
    """A refresh: how long it took, how many entered and left, or why it could not be done."""

    class Meta:
        model = SegmentRefresh
        fields = ("id", "segment", "rule_version", "at", "milliseconds", "entered", "left", "size", "refusal", "by")
        read_only_fields = fields


class PickInput(VerbInput):
    """Whom to put in, or to leave out, and why."""

    contact = VisibleField(queryset=Contact.objects.all())
    is_in = serializers.BooleanField(help_text="True puts in, false leaves out, whatever the rule says.")
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class UnpickInput(VerbInput):
    """About whom the rule is to decide again."""

    contact = VisibleField(queryset=Contact.objects.all())


class PeopleInput(VerbInput):
    """Ids of contacts to add to a fixed list, and to take off it."""

    add = serializers.ListField(child=IdNumber(), required=False, max_length=MOST_IDS)
    remove = serializers.ListField(child=IdNumber(), required=False, max_length=MOST_IDS)


class RuleInput(VerbInput):
    """A rule that is not saved."""

    rule = serializers.JSONField()


class LackingSerializer(serializers.Serializer[Any]):
    """So many did not allow a purpose."""

    purpose = serializers.IntegerField(source="purpose.pk")
    purpose_code = serializers.CharField(source="purpose.code")
    people = serializers.IntegerField()


class OverlapSerializer(serializers.Serializer[Any]):
    """So many are in another segment, too."""

    segment = serializers.IntegerField(source="segment.pk")
    name = serializers.CharField(source="segment.name")
    people = serializers.IntegerField()
    per_cent = serializers.IntegerField()


class SampleSerializer(serializers.Serializer[Any]):
    """One of the people."""

    id = serializers.IntegerField(source="pk")
    full_name = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """Whom a rule means now. Who may not see all contacts learns the number of those whom they may see, and no more."""

    count = serializers.IntegerField()
    sample = SampleSerializer(many=True)
    lacking = LackingSerializer(many=True)
    overlaps = OverlapSerializer(many=True)


class WhySerializer(serializers.Serializer[Any]):
    """Why a contact is in, or not: each condition with the person's value and the verdict."""

    contact = serializers.IntegerField()
    is_member = serializers.BooleanField()
    should_be = serializers.BooleanField(allow_null=True, help_text="What picks and rule say now.")
    sentence = serializers.CharField()
    pick = serializers.CharField()
    refusal = serializers.CharField()
    rule = serializers.JSONField(allow_null=True, help_text="path, words, verdict, fact, is_hidden, match, children.")
    stays = serializers.ListField(child=serializers.ListField(child=UtcDateTimeField(allow_null=True)))


def why_answer(contact: Contact, told: Explanation) -> dict[str, Any]:
    """Return an explanation as the API writes it."""
    return {
        "contact": contact.pk,
        "is_member": told.is_member,
        "should_be": told.should_be,
        "sentence": told.sentence,
        "pick": told.pick,
        "refusal": told.refusal,
        "rule": _trace(told.rule) if told.rule else None,
        "stays": told.dates,
    }


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "path": trace.path,
        "words": trace.words,
        "verdict": trace.verdict,
        "fact": trace.fact,
        "is_hidden": trace.is_hidden,
        "match": trace.match,
        "children": [_trace(child) for child in trace.children],
    }
