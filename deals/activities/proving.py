"""Proofs of follow-ups: promises stand where their history ends, reminders agree with their ledger, none is in vain."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from contacts.messages.models import Message
from deals.activities.activity import Activity, ActivityChange, ActivityQuerySet
from deals.activities.kinds import ActivityState
from deals.activities.moments import due_moment, local_day
from deals.activities.reminder import Reminder, ReminderDelivery, ReminderPurpose, ReminderState


def activities_stand_where_their_history_ends() -> Iterator[Finding]:
    """Find activities whose state differs from the newest row of their history, and those without any."""
    later = ActivityChange.objects.filter(activity=OuterRef("activity"), pk__gt=OuterRef("pk"))
    newest = ActivityChange.objects.filter(~Exists(later)).exclude(to_state=F("activity__state")).order_by("activity")
    for pk, state, to_state in newest.values_list("activity", "activity__state", "to_state").iterator():
        sentence = _("It is %(state)s, and its history ends with %(to_state)s.")
        yield Finding(Activity, pk, sentence % {"state": state, "to_state": to_state})
    history = ActivityChange.objects.filter(activity=OuterRef("pk"))
    for pk in Activity.objects.filter(~Exists(history)).order_by("pk").values_list("pk", flat=True).iterator():
        yield Finding(Activity, pk, _("It has no history."))


def promises_are_due_by_their_owners_clock() -> Iterator[Finding]:
    """Find planned activities whose day or moment is not the one that their owner's calendar says."""
    columns = ("pk", "starts_at", "due_on", "due_at", "owner__time_zone")
    for pk, starts_at, due_on, due_at, zone_name in _planned().values_list(*columns).iterator():
        try:
            zone = ZoneInfo(zone_name)
        except ZoneInfoNotFoundError:
            yield Finding(Activity, pk, _("Its owner lives in %(zone)s, which is no time zone.") % {"zone": zone_name})
            continue
        day = local_day(starts_at, zone) if starts_at else due_on
        moment = due_moment(starts_at, day, zone)
        if (day, moment) != (due_on, due_at):
            labels = {"day": due_on, "due": due_at, "right_day": day, "right": moment}
            sentence = _("It is due on %(day)s at %(due)s, and by its owner's clock on %(right_day)s at %(right)s.")
            yield Finding(Activity, pk, sentence % labels)


def reminders_agree_with_their_ledger() -> Iterator[Finding]:
    """Find delivered reminders without their row in the ledger, rows whose reminder still waits, lost e-mails."""
    rung = ReminderDelivery.objects.filter(reminder=OuterRef("pk"), round=OuterRef("round"), channel="bell")
    delivered = Reminder.objects.filter(state=ReminderState.DELIVERED)
    for pk in delivered.filter(~Exists(rung)).order_by("pk").values_list("pk", flat=True).iterator():
        yield Finding(Reminder, pk, _("It is delivered, and the ledger has no row of that."))
    rows = ReminderDelivery.objects.order_by("pk")
    undelivered = rows.filter(round__gte=F("reminder__round")).exclude(
        reminder__state=ReminderState.DELIVERED, round=F("reminder__round")
    )
    columns = ("pk", "reminder", "reminder__state")
    for pk, reminder, state in undelivered.values_list(*columns).iterator():
        sentence = _("It says that reminder %(reminder)s was delivered, which is %(state)s.")
        yield Finding(ReminderDelivery, pk, sentence % {"reminder": reminder, "state": state})
    key = Concat(Value("reminder:"), _text("reminder_id"), Value(":"), _text("round"), Value(":email"))
    mailed = rows.filter(channel="email").annotate(key=key)
    unwritten = mailed.filter(~Exists(Message.objects.filter(key=OuterRef("key"))))
    for pk in unwritten.values_list("pk", flat=True).iterator():
        yield Finding(ReminderDelivery, pk, _("It says that an e-mail was queued, and there is none."))


def no_reminder_waits_in_vain() -> Iterator[Finding]:
    """Find reminders that wait for what is not planned any more, and promises that nobody watches over."""
    waiting = Reminder.objects.waiting().exclude(activity__state=ActivityState.PLANNED).order_by("pk")
    for pk, activity, state in waiting.values_list("pk", "activity", "activity__state").iterator():
        sentence = _("It waits for activity %(activity)s, which is %(state)s.")
        yield Finding(Reminder, pk, sentence % {"activity": activity, "state": state})
    watched = Reminder.objects.filter(activity=OuterRef("pk"), purpose=ReminderPurpose.ESCALATE)
    for pk in _planned().filter(~Exists(watched)).values_list("pk", flat=True).iterator():
        yield Finding(Activity, pk, _("It is planned, and no manager would hear if it were missed."))


def register() -> None:
    """Register the checks; called once when the app is ready."""
    register_check(
        "deals.activities",
        gettext_lazy("Activities are in the state that their history ends with"),
        activities_stand_where_their_history_ends,
        count=Activity.objects.count,
    )
    register_check(
        "deals.promises",
        gettext_lazy("Promises are due when the clock of their owner says"),
        promises_are_due_by_their_owners_clock,
        count=_planned().count,
    )
    register_check(
        "deals.deliveries",
        gettext_lazy("Delivered reminders are in the ledger, and what the ledger says was delivered"),
        reminders_agree_with_their_ledger,
        count=Reminder.objects.count,
    )
    register_check(
        "deals.reminders",
        gettext_lazy("Reminders wait for planned activities only, and each of those is watched over"),
        no_reminder_waits_in_vain,
        count=Reminder.objects.waiting().count,
    )


def _planned() -> ActivityQuerySet:
    return Activity.objects.planned().order_by("pk")


def _text(column: str) -> Cast:
    return Cast(column, CharField())
