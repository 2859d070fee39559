"""Fields of the lifecycle and of consent: how far a contact has come and when, and what they allowed."""

from typing import Any

from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.segments.choosing import choices_in, choices_of, records_of
from campaigns.segments.fields import Field, Relation, attribute, belonging, register_fields
from campaigns.segments.operators import FieldType
from contacts.models import Consent, ConsentPurpose, Contact, LifecycleChange, User
from contacts.people.stages import ORDER, LifecycleStage


def reached(stage: str) -> tuple[str, ...]:
    """Return the highest stages that mean that ``stage`` was reached."""
    return tuple(each for each, place in ORDER.items() if place >= ORDER[stage])


def _entered(change: LifecycleChange) -> str:
    words = {"stage": change.get_to_stage_display(), "day": f"{timezone.localdate(change.at)}"}
    return gettext("%(stage)s on %(day)s") % words


def _changes_seen(contact: Contact, reader: User) -> set[int]:
    return set(contact.lifecycle_changes.values_list("pk", flat=True))


def _consents_seen(contact: Contact, reader: User) -> set[int]:
    return set(contact.consents.values_list("pk", flat=True))


_CHOSEN = ("is", "is_not", "is_any_of", "is_none_of")
_OF: dict[str, Any] = {"group": _("Lifecycle")}
_STAGE: dict[str, Any] = {"type": FieldType.CHOICE, **choices_of(LifecycleStage), **_OF}
# Nobody reaches “other”, which stands outside the order.
_IN_ORDER = {**_STAGE, **choices_in(lambda: [(code, str(LifecycleStage(code).label)) for code in ORDER])}
_CONSENT: dict[str, Any] = {"group": _("Consent")}
FIELDS: tuple[Field | Relation, ...] = (
    Field(
        code="lifecycle.stage", label=_("Lifecycle stage"), only=_CHOSEN, column="lifecycle_stage", nullable=True,
        values=attribute("lifecycle_stage"), **_STAGE,
    ),
    Field(
        code="lifecycle.highest", label=_("Highest lifecycle stage"), only=_CHOSEN, column="lifecycle_highest",
        nullable=True, values=attribute("lifecycle_highest"), **_STAGE,
    ),
    Field(
        code="lifecycle.reached", label=_("Lifecycle stage once reached"), only=("is", "is_not"), stored=reached,
        column="lifecycle_highest", nullable=True, values=attribute("lifecycle_highest"), **_IN_ORDER,
    ),
    Field(
        code="lifecycle.since", label=_("In the present stage since"), type=FieldType.DATETIME, nullable=True,
        column="lifecycle_since", values=attribute("lifecycle_since"), **_OF,
    ),
    Relation(
        code="stages", label=_("Stages entered"), describe=_entered, visible=_changes_seen,
        rows=lambda contact, _asked: contact.lifecycle_changes.all(), **belonging(LifecycleChange), **_OF,
    ),
    Field(
        scope="stages", code="stage", label=_("Stage"), column="to_stage", only=_CHOSEN,
        values=attribute("to_stage"), **_STAGE,
    ),
    Field(
        scope="stages", code="at", label=_("When"), column="at", type=FieldType.DATETIME,
        values=attribute("at"), **_OF,
    ),
    Field(
        code="consent", label=_("Consent given for"), type=FieldType.REFERENCE, column="purpose_id", only=_CHOSEN,
        through=lambda _asked: Consent.objects.filter(contact=OuterRef("pk"), is_given=True),
        values=lambda contact, _asked: [each.purpose_id for each in contact.consents.all() if each.is_given],
        **records_of(ConsentPurpose), **_CONSENT,
    ),
    Relation(
        code="consents", label=_("Answers about consent"), describe=str, visible=_consents_seen,
        rows=lambda contact, _asked: contact.consents.select_related("purpose"), **belonging(Consent), **_CONSENT,
    ),
    Field(
        scope="consents", code="purpose", label=_("Purpose"), type=FieldType.REFERENCE, column="purpose_id",
        only=_CHOSEN, values=attribute("purpose_id"), **records_of(ConsentPurpose), **_CONSENT,
    ),
    Field(
        scope="consents", code="given", label=_("Given"), type=FieldType.BOOLEAN, column="is_given",
        values=attribute("is_given"), **_CONSENT,
    ),
    Field(
        scope="consents", code="since", label=_("Since"), type=FieldType.DATETIME, column="since",
        values=attribute("since"), **_CONSENT,
    ),
)  # fmt: skip


def register() -> None:
    """Offer them; called once when the app is ready."""
    register_fields(*FIELDS)
