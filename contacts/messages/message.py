"""E-mail that leaves: what is written to whom, when it is due, and how far it has come."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.people.models import Contact
from contacts.staff.models import Scope, User


class State(models.TextChoices):
    """How far a message has come."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages."""

    _records: ClassVar[dict[str, type[models.Model]]] = {}

    @classmethod
    def register_record(cls, model: type[models.Model]) -> None:
        """Let messages about rows of ``model`` be seen by whoever sees the row; called by ``ready``."""
        cls._records[model._meta.label_lower] = model

    def visible_to(self, user: User) -> Self:
        """Those to oneself, those one caused, those to contacts one may see; all for those who see everything.

        What a message to a contact is about (a quote, an invoice) must be visible too: it holds what that says.
        """
        if not user.is_active:
            return self.none()
        if user.scope == Scope.ALL:
            return self.all()
        contacts = Contact.objects.visible_to(user).values("pk")
        return self.filter(Q(user=user.pk) | Q(sender=user.pk) | Q(contact__in=contacts) & self._about_seen(user))

    def _about_seen(self, user: User) -> Q:
        seen = ~Q(about_type__in=list(self._records))
        for label, model in sorted(self._records.items()):
            rows: Any = model._default_manager.all()
            seen |= Q(about_type=label, about_id__in=rows.visible_to(user).values("pk"))
        return seen

    def search(self, text: str) -> Self:
        """Messages whose recipient or subject contains the text."""
        return self.filter(Q(to_address__icontains=text) | Q(to_name__icontains=text) | Q(subject__icontains=text))

    def about(self, record: models.Model | tuple[str, int]) -> Self:
        """Messages about a record."""
        about_type, about_id = label_and_id(record)
        return self.filter(about_type=about_type, about_id=about_id)

    def waiting(self) -> Self:
        """Messages that are still to leave."""
        return self.filter(state=State.WAITING)

    def failed(self) -> Self:
        """Messages that were given up and wait for a person."""
        return self.filter(state=State.FAILED)

    def due(self, now: datetime) -> Self:
        """Messages whose time has come and that nobody is sending."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        return self.waiting().filter(free, next_attempt_at__lte=now)

    def claimed(self, now: datetime) -> Self:
        """Messages that somebody is about to send."""
        return self.waiting().filter(claimed_until__gte=now)


class Message(TimeStampedModel):
    """One e-mail to one address that leaves, has left, or was stopped.

    It is written in the transaction of what caused it and changes only through ``queueing`` and ``sending``.
    """

    State = State

    # Who asks twice for the same message gets the first: "reminder:12:1:email".
    key = models.CharField(max_length=200, unique=True, editable=False)
    kind = models.SlugField(_("kind"), max_length=40, db_index=False)
    to_address = models.CharField(_("to"), max_length=254)
    to_name = models.CharField(_("recipient's name"), max_length=200, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("user"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("contact"),
    )
    language = models.CharField(_("language"), max_length=5, default="en")
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True, default="")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("caused by"),
    )
    # The record it is about, as label and id ("deals.activity", 7): upper apps are known by name only.
    about_type = models.CharField(max_length=80, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    # RFC 5322's Message-ID: the same at every attempt, so that a mailbox can tell a repetition.
    message_id = models.CharField(max_length=200, unique=True, editable=False)

    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING, editable=False)
    due_at = models.DateTimeField(_("due"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    # Who is about to send it, and until when nobody else may: a worker that died frees it so.
    claim = models.CharField(max_length=32, blank=True, default="", editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    last_error = models.CharField(_("error"), max_length=1000, blank=True, default="", editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("why cancelled"), max_length=500, blank=True, default="", editable=False)
    retried_at = models.DateTimeField(_("tried again"), null=True, blank=True, editable=False)
    retried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("tried again by"),
    )

    objects = MessageQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-id",)
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="contacts_message_state_known"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(kind="") & ~Q(message_id=""), name="contacts_message_has_its_keys"
            ),
            models.CheckConstraint(
                condition=~Q(to_address="") & ~Q(subject=""), name="contacts_message_has_address_and_subject"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(contact__isnull=True), name="contacts_message_to_one_recipient"
            ),
            models.CheckConstraint(
                condition=Q(about_type="", about_id__isnull=True) | (~Q(about_type="") & Q(about_id__isnull=False)),
                name="contacts_message_about_has_type_and_id",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="contacts_message_sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.CANCELLED, cancelled_at__isnull=False) & ~Q(cancel_reason=""))
                | (~Q(state=State.CANCELLED) & Q(cancelled_at__isnull=True, cancel_reason="")),
                name="contacts_message_cancelled_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.FAILED, last_error=""), name="contacts_message_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(claim="", claimed_until__isnull=True)
                | (~Q(claim="") & Q(claimed_until__isnull=False, state=State.WAITING)),
                name="contacts_message_only_waiting_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(retried_at__isnull=True, retried_by__isnull=True)
                | Q(retried_at__isnull=False, retried_by__isnull=False),
                name="contacts_message_retry_says_who",
            ),
        )
        indexes: ClassVar = (
            # The sweep's query: what is left to send.
            models.Index(fields=["next_attempt_at"], name="contacts_message_due", condition=Q(state="waiting")),
            models.Index(
                fields=["claimed_until"], name="contacts_message_claimed", condition=Q(claimed_until__isnull=False)
            ),
            models.Index(fields=["about_type", "about_id"], name="contacts_message_about"),
            models.Index(fields=["state", "-id"], name="contacts_message_by_state"),
        )

    def __str__(self) -> str:
        return self.subject


class MessagePartQuerySet(models.QuerySet[Any]):
    """Attachments of messages."""

    def visible_to(self, user: User) -> Self:
        """Those of messages that the user may see."""
        return self.filter(message__in=Message.objects.visible_to(user).values("pk"))


class MessageAttachment(models.Model):
    """A file that goes with a message, as it was when the message was queued."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("message")
    )
    name = models.CharField(_("name"), max_length=150)
    # With its parameters: "text/calendar; method=REQUEST".
    media_type = models.CharField(_("media type"), max_length=120)
    content = models.BinaryField(_("content"))

    objects = MessagePartQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=~Q(name="") & Q(media_type__contains="/"), name="contacts_messageattachment_says_what_it_is"
            ),
        )

    def __str__(self) -> str:
        return self.name


def label_and_id(record: models.Model | tuple[str, int]) -> tuple[str, int]:
    """Return how a record of any app is written down: ``("deals.activity", 7)``."""
    return record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)
