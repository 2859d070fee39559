"""What deals tells the apps below when it is ready: event subjects, permissions, grounds to see people, timelines."""

from django.db.models import Q

from config.common.demo import register_part
from config.common.remembering import forget_with
from config.integrations.models import EventQuerySet
from contacts.imports.kinds import register_kind
from contacts.messages.message import MessageQuerySet
from contacts.models import User
from contacts.staff.roles import FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP, offer
from contacts.staff.visibility import owner_in_scope, register_ground
from deals.activities import registering as follow_ups
from deals.admin import finding, homes, panels, reports, sidebar, timelines
from deals.admin.activities import registering as activity_pages
from deals.admin.billing import registering as billing_pages
from deals.admin.quotes import offering as quote_pages
from deals.agenda import switches
from deals.billing import proving as billing_proofs
from deals.billing import registering as billing
from deals.importing.deals import DealsKind
from deals.importing.products import ProductsKind
from deals.models import (
    Activity,
    Currency,
    Deal,
    DealContact,
    DunningLetter,
    Invoice,
    Quote,
    QuoteRevision,
    SalesPolicy,
)
from deals.pipeline import proving as pipeline_proofs
from deals.quotes import proving as quote_proofs
from deals.quotes import registering as quotes

_EVERYBODY = (MARKETER, SALES_REP, SALES_MANAGER, FINANCE, READ_ONLY, INTEGRATION)
_SELLERS = (SALES_REP, SALES_MANAGER, INTEGRATION)
_DEAL_ROWS = ("deal", "dealcontact", "dealline", "dealnote")
_SET_UP = (
    "product",
    "productcategory",
    "currency",
    "exchangerate",
    "pipeline",
    "stage",
    "lossreason",
    "seller",
    "taxrate",
)


def register() -> None:
    """Register everything; called once by ``ready``."""
    register_part("deals.demo.writing.write")
    forget_with(Currency, SalesPolicy)
    EventQuerySet.register_subject(Deal)
    for model in (Activity, Quote, QuoteRevision, Invoice, DunningLetter):
        MessageQuerySet.register_record(model)
    for kind in (ProductsKind(), DealsKind()):
        register_kind(kind)
    for part in (
        sidebar,
        reports,
        finding,
        timelines,
        panels,
        homes,
        pipeline_proofs,
        follow_ups,
        activity_pages,
        billing_pages,
        quote_pages,
        quotes,
        quote_proofs,
        billing,
        billing_proofs,
        switches,
    ):
        part.register()
    register_ground("contacts.company", company_of_own_deal)
    register_ground("contacts.contact", contact_of_own_deal)
    offer(_EVERYBODY, [f"deals.view_{model}" for model in (*_DEAL_ROWS, *_SET_UP, "stagechange")])
    offer(_SELLERS, [f"deals.{verb}_{model}" for model in _DEAL_ROWS for verb in ("add", "change")])
    offer(_SELLERS, ["deals.delete_dealcontact", "deals.delete_dealline"])
    offer((SALES_MANAGER,), [f"deals.{verb}_{model}" for model in _SET_UP for verb in ("add", "change")])
    offer((SALES_MANAGER,), [f"deals.{verb}_discountlimit" for verb in ("view", "add", "change", "delete")])
    offer(
        (FINANCE,),
        [
            f"deals.{verb}_{model}"
            for model in ("product", "currency", "exchangerate", "seller", "taxrate")
            for verb in ("add", "change")
        ],
    )
    offer((INTEGRATION,), [f"deals.{verb}_product" for verb in ("add", "change")])


def company_of_own_deal(user: User) -> Q:
    """Whoever sees a deal sees its company: they have to sell to it."""
    return Q(pk__in=Deal.objects.filter(owner_in_scope(user), company__isnull=False).values("company"))


def contact_of_own_deal(user: User) -> Q:
    """Whoever sees a deal sees the people in it."""
    return Q(pk__in=DealContact.objects.filter(owner_in_scope(user, "deal__owner")).values("contact"))
