"""Fields of deals and activities in which a contact takes part."""

from decimal import Decimal
from typing import Any

from django.db.models import DateField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from campaigns.segments.asking import Asking
from campaigns.segments.choosing import choices_of, records_of
from campaigns.segments.fields import Field, Relation, attribute, belonging, register_fields
from campaigns.segments.operators import FieldType
from campaigns.segments.worth import worth
from contacts.models import Contact, User
from deals.activities.kinds import ActivityKind, ActivityOutcome, ActivityState
from deals.catalogue.conversion import in_company_currency
from deals.models import Activity, Deal, DealContact, DealLine, Pipeline, Product, Stage
from deals.pipeline.deal import BuyingRole, Outcome


def _amount(asked: Asking) -> Any:
    """An open deal is worth what it is worth today, a closed one what it was on its last day."""
    day = Coalesce(OuterRef("deal__closed_on"), Value(asked.today, output_field=DateField()))
    return in_company_currency("deal__amount", day, currency="deal__currency")


def _money(part: DealContact, asked: Asking) -> tuple[Decimal, str, Any]:
    return part.deal.amount, part.deal.currency_id, part.deal.closed_on or asked.today


def _deals_seen(contact: Contact, reader: User) -> set[int]:
    if not reader.has_perm("deals.view_deal"):
        return set()
    seen = contact.deal_parts.filter(deal__in=Deal.objects.visible_to(reader).values("pk"))
    return set(seen.values_list("pk", flat=True))


def _activities(asked: Asking) -> tuple[QuerySet[Activity], ...]:
    about = Activity.objects.filter(contact=OuterRef("pk"))
    attended = Activity.objects.filter(attendees__contact=OuterRef("pk"))
    return about, attended.filter(Q(contact__isnull=True) | ~Q(contact=OuterRef("pk")))


def _activities_of(contact: Contact, asked: Asking) -> QuerySet[Activity]:
    return Activity.objects.filter(Q(contact=contact) | Q(attendees__contact=contact)).distinct()


def _activities_seen(contact: Contact, reader: User) -> set[int]:
    if not reader.has_perm("deals.view_activity"):
        return set()
    mine = Q(contact=contact) | Q(attendees__contact=contact)
    return set(Activity.objects.visible_to(reader).filter(mine).values_list("pk", flat=True))


_CHOSEN = ("is", "is_not", "is_any_of", "is_none_of")
_DEALS: dict[str, Any] = {"group": _("Deals")}
_IN_DEALS: dict[str, Any] = {"scope": "deals", **_DEALS}
_ACTIVITIES: dict[str, Any] = {"group": _("Activities")}
_IN_ACTIVITIES: dict[str, Any] = {"scope": "activities", **_ACTIVITIES}
FIELDS: tuple[Field | Relation, ...] = (
    Relation(
        code="deals", label=_("Deals"), visible=_deals_seen, describe=lambda part: str(part.deal),
        rows=lambda contact, _asked: contact.deal_parts.select_related("deal"), amount=_amount, money=_money,
        **belonging(DealContact), **_DEALS,
    ),
    Field(
        code="outcome", label=_("Outcome"), type=FieldType.CHOICE, column="deal__outcome", only=_CHOSEN,
        values=attribute("deal.outcome"), **choices_of(Outcome), **_IN_DEALS,
    ),
    Field(
        code="stage", label=_("Stage"), type=FieldType.REFERENCE, column="deal__stage_id", only=_CHOSEN,
        values=attribute("deal.stage_id"), **records_of(Stage), **_IN_DEALS,
    ),
    Field(
        code="pipeline", label=_("Pipeline"), type=FieldType.REFERENCE, column="deal__pipeline_id", only=_CHOSEN,
        values=attribute("deal.pipeline_id"), **records_of(Pipeline), **_IN_DEALS,
    ),
    Field(
        code="amount", label=_("Amount in the company's currency"), type=FieldType.AMOUNT, column="company_amount",
        values=lambda part, asked: [worth(*_money(part, asked))], nullable=True, **_IN_DEALS,
    ),
    Field(
        code="opened", label=_("Opened"), type=FieldType.DATE, column="deal__opened_on", nullable=True,
        values=attribute("deal.opened_on"), **_IN_DEALS,
    ),
    Field(
        code="closed", label=_("Closed"), type=FieldType.DATE, column="deal__closed_on", nullable=True,
        values=attribute("deal.closed_on"), **_IN_DEALS,
    ),
    Field(
        code="product", label=_("Product"), type=FieldType.REFERENCE, column="product_id", only=_CHOSEN,
        through=lambda _asked: DealLine.objects.filter(deal=OuterRef("deal_id")),
        values=lambda part, _asked: part.deal.lines.values_list("product_id", flat=True),
        **records_of(Product), **_IN_DEALS,
    ),
    Field(
        code="role", label=_("Part in the deal"), type=FieldType.CHOICE, column="role", only=_CHOSEN,
        values=attribute("role"), **choices_of(BuyingRole), **_IN_DEALS,
    ),
    Relation(
        code="activities", label=_("Activities"), visible=_activities_seen, describe=str, ways=_activities,
        rows=_activities_of, **_ACTIVITIES,
    ),
    Field(
        code="kind", label=_("Kind"), type=FieldType.CHOICE, column="kind", only=_CHOSEN,
        values=attribute("kind"), **choices_of(ActivityKind), **_IN_ACTIVITIES,
    ),
    Field(
        code="state", label=_("State"), type=FieldType.CHOICE, column="state", only=_CHOSEN,
        values=attribute("state"), **choices_of(ActivityState), **_IN_ACTIVITIES,
    ),
    Field(
        code="due", label=_("Due"), type=FieldType.DATE, column="due_on", nullable=True,
        values=attribute("due_on"), **_IN_ACTIVITIES,
    ),
    Field(
        code="done", label=_("Done"), type=FieldType.DATETIME, column="done_at", nullable=True,
        values=attribute("done_at"), **_IN_ACTIVITIES,
    ),
    Field(
        code="outcome", label=_("Outcome"), type=FieldType.CHOICE, column="outcome",
        values=attribute("outcome"), **choices_of(ActivityOutcome), **_IN_ACTIVITIES,
    ),
)  # fmt: skip


def register() -> None:
    """Offer them; called once when the app is ready."""
    register_fields(*FIELDS)
