"""The field by which a rule asks for membership of another segment, read from that segment's present members."""

from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from campaigns.segments.choosing import records_of
from campaigns.segments.fields import Field, register_fields
from campaigns.segments.models import Segment, SegmentMember
from campaigns.segments.operators import FieldType
from contacts.models import Contact, User

CODE = "segment"


def _in_use(segments: Any) -> Any:
    return segments.in_use()


def _sees_all(contact: Contact, reader: User) -> bool:
    """Say whether a reader may see all segments that a contact is in."""
    inside = set(contact.memberships.filter(left_at__isnull=True).values_list("segment", flat=True))
    return Segment.objects.visible_to(reader).filter(pk__in=inside).count() == len(inside)


def register() -> None:
    """Offer it; called once when the app is ready."""
    register_fields(
        Field(
            code=CODE,
            label=_("Member of the segment"),
            group=_("Segments"),
            type=FieldType.REFERENCE,
            column="segment_id",
            only=("is", "is_not", "is_any_of", "is_none_of"),
            shown_to=_sees_all,
            through=lambda _asked: SegmentMember.objects.current().filter(contact=OuterRef("pk")),
            values=lambda contact, _asked: contact.memberships.filter(left_at__isnull=True).values_list(
                "segment_id", flat=True
            ),
            **records_of(Segment, _in_use),
        )
    )
