"""What follow-ups tell the apps below: who sees an activity, who may do what, what is asked before a mail leaves."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.integrations.models import EventQuerySet
from contacts.messages.kinds import register_kind
from contacts.messages.sending import register_guard
from contacts.models import Company, Contact, User
from contacts.staff.roles import FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP, offer
from contacts.staff.visibility import register_ground
from deals.activities import delivering, digest, invitations, proving, scheduling
from deals.activities.models import Activity, ActivityAttendee
from deals.pipeline.models import Deal

_EVERYBODY = (MARKETER, SALES_REP, SALES_MANAGER, FINANCE, READ_ONLY, INTEGRATION)
_SELLERS = (SALES_REP, SALES_MANAGER, MARKETER, INTEGRATION)
_SEEN = ("activity", "activityattendee", "activitychange", "reminder", "reminderdelivery", "careplan", "carestep")
_KEPT = ("activity", "activityattendee", "reminder")
_MESSAGES = {
    scheduling.KIND: _("Reminder"),
    "escalation": _("Missed follow-up"),
    "given": _("Follow-up from a colleague"),
    digest.KIND: _("Daily digest"),
    invitations.INVITATION: _("Invitation"),
    invitations.WITHDRAWAL: _("Cancelled appointment"),
}


def register() -> None:
    """Register everything; called once when the app is ready."""
    EventQuerySet.register_subject(Activity)
    proving.register()
    register_ground("deals.activity", seen_by_those_concerned)
    register_guard(scheduling.KIND, delivering.objection_to)
    register_guard(invitations.INVITATION, invitations.objection_to)
    for code, title in _MESSAGES.items():
        register_kind(code, title)
    offer(_EVERYBODY, [f"deals.view_{model}" for model in (*_SEEN, "salespolicy", "followupsettings", "calendarfeed")])
    offer(_SELLERS, [f"deals.{verb}_{model}" for model in _KEPT for verb in ("add", "change")])
    offer(_SELLERS, ["deals.delete_activityattendee", "deals.delete_reminder"])
    offer(
        _EVERYBODY,
        [f"deals.{verb}_{model}" for model in ("followupsettings", "calendarfeed") for verb in ("add", "change")],
    )
    offer(
        (SALES_MANAGER,),
        [
            "deals.change_salespolicy",
            *(f"deals.{verb}_{model}" for model in ("careplan", "carestep") for verb in ("add", "change")),
        ],
    )


def seen_by_those_concerned(user: User) -> Q:
    """Those who take part see an activity, and whoever sees its deal; without a deal, its contact or company."""
    takes_part = Q(pk__in=ActivityAttendee.objects.filter(user=user).values("activity"))
    sees_the_deal = Q(deal__in=Deal.objects.visible_to(user).values("pk"))
    contacts = Contact.objects.visible_to(user).values("pk")
    companies = Company.objects.visible_to(user).values("pk")
    sees_the_customer = Q(deal__isnull=True) & (Q(contact__in=contacts) | Q(company__in=companies))
    return takes_part | sees_the_deal | sees_the_customer
