"""Touches as fields of segments: which campaign reached a contact, on which channel, how and when."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.capture.models import Touch
from campaigns.capture.touch import TouchKind
from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from campaigns.segments.choosing import choices_of, records_of
from campaigns.segments.fields import Field, Relation, attribute, belonging, register_fields
from campaigns.segments.operators import FieldType
from contacts.models import Contact, User


def _seen(contact: Contact, reader: User) -> set[int]:
    if not reader.has_perm("campaigns.view_touch"):
        return set()
    return set(Touch.objects.visible_to(reader).filter(contact=contact).values_list("pk", flat=True))


_CHOSEN = ("is", "is_not", "is_any_of", "is_none_of")
_OF: dict[str, Any] = {"group": _("Touches")}
FIELDS: tuple[Field | Relation, ...] = (
    Relation(
        code="touches", label=_("Touches"), visible=_seen, describe=str,
        rows=lambda contact, _asked: contact.touches.all(), **belonging(Touch), **_OF,
    ),
    Field(
        scope="touches", code="campaign", label=_("Campaign"), type=FieldType.REFERENCE, column="campaign_id",
        only=_CHOSEN, values=attribute("campaign_id"), **records_of(Campaign), **_OF,
    ),
    Field(
        scope="touches", code="channel", label=_("Channel"), type=FieldType.REFERENCE, column="channel_id",
        only=_CHOSEN, values=attribute("channel_id"), **records_of(Channel), **_OF,
    ),
    Field(
        scope="touches", code="kind", label=_("Kind"), type=FieldType.CHOICE, column="kind", only=_CHOSEN,
        values=attribute("kind"), **choices_of(TouchKind), **_OF,
    ),
    Field(
        scope="touches", code="at", label=_("When"), type=FieldType.DATETIME, column="at",
        values=attribute("at"), **_OF,
    ),
)  # fmt: skip


def register() -> None:
    """Offer them; called once when the app is ready."""
    register_fields(*FIELDS)
