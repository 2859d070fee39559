"""The outbox: what happened, which subscriber has been told; the keys of callers; and when the beat last ticked."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from config.common.api.permissions import permission_code
from config.common.models import AppendOnlyModel

# A worker that claimed an event and died frees it after this long.
CLAIM_EXPIRES_AFTER = timedelta(minutes=2)


class EventQuerySet(models.QuerySet["Event"]):
    """Questions to the outbox."""

    _subjects: ClassVar[dict[str, type[models.Model]]] = {}

    @classmethod
    def register_subject(cls, model: type[models.Model]) -> None:
        """Let events about ``model`` be seen by whoever may see the row; called by the owning app when it is ready."""
        cls._subjects[model._meta.label_lower] = model

    def visible_to(self, user: Any) -> Self:
        """Events about rows that the user may see."""
        conditions = [
            Q(subject_type=label) & self._seen(model, user)
            for label, model in sorted(self._subjects.items())
            if user.has_perm(permission_code(model, "view"))
        ]
        return self.filter(reduce(or_, conditions)) if conditions else self.none()

    @staticmethod
    def _seen(model: Any, user: Any) -> Q:
        rows = model._default_manager.all().visible_to(user)
        # Who sees every row needs no list of them.
        return Q(subject_id__in=rows.values("pk")) if rows.query.where else Q()

    def settled(self) -> Self:
        """Events that no transaction still under way can precede, so that a reader's cursor never skips one.

        PostgreSQL hands out ids before commit; a later id can be visible while an earlier one isn't yet.
        """
        if connection.vendor != "postgresql":
            return self
        settled = "integrations_event.transaction_id < txid_snapshot_xmin(txid_current_snapshot())"
        own = "integrations_event.transaction_id = txid_current_if_assigned()"
        return self.filter(RawSQL(f"({settled} OR {own})", (), output_field=models.BooleanField()))

    def after(self, event_id: int) -> Self:
        """Events that follow the given one in the order in which readers see them."""
        earlier = Event.objects.filter(pk=event_id).values_list("transaction_id", flat=True).first()
        if earlier is None:
            return self.filter(pk__gt=event_id)
        return self.filter(Q(transaction_id__gt=earlier) | Q(transaction_id=earlier, pk__gt=event_id))

    def undelivered(self, now: datetime) -> Self:
        """Events whose time to be delivered (again) has come and that nobody is delivering."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_EXPIRES_AFTER)
        return self.filter(free, delivered_at__isnull=True, next_attempt_at__lte=now)

    def claim(self, now: datetime) -> bool:
        """Reserve this one event for the caller; False if somebody else was faster."""
        return self.undelivered(now).update(claimed_at=now) == 1


class Event(models.Model):
    """Something that happened in the business, written in the same transaction as the change itself."""

    name = models.CharField(_("name"), max_length=80)
    subject_type = models.CharField(_("kind of record"), max_length=80)
    subject_id = models.BigIntegerField(_("record"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    payload = models.JSONField(_("details"), default=dict)
    occurred_at = models.DateTimeField(_("when"))
    # Orders events by commit on PostgreSQL; always zero on SQLite, where writers wait for each other.
    transaction_id = models.BigIntegerField(editable=False, default=0)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_attempt_at = models.DateTimeField(editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("transaction_id", "id")
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = (
            models.Index(fields=["transaction_id", "id"], name="integrations_event_order"),
            models.Index(fields=["subject_type", "subject_id"], name="integrations_event_subject"),
            # The sweep's query: what is left to deliver.
            models.Index(
                fields=["next_attempt_at"], name="integrations_event_due", condition=Q(delivered_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Delivery(AppendOnlyModel):
    """One subscriber was told of one event: written in one transaction with what they did, so they did it once."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    subscriber = models.CharField(_("subscriber"), max_length=120)
    delivered_at = models.DateTimeField(_("delivered"), auto_now_add=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(fields=["event", "subscriber"], name="integrations_delivery_once_per_subscriber"),
        )

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Questions about keys."""

    def visible_to(self, user: Any) -> Self:
        """A key is its caller's own."""
        return self.filter(user=user)

    def unanswered(self) -> Self:
        """Keys whose call is still running, or died."""
        return self.filter(status__isnull=True)


class IdempotencyKey(models.Model):
    """A caller's name for one POST: claimed by the call that does it, then the answer that repeats are given."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("caller")
    )
    key = models.CharField(_("key"), max_length=255)
    path = models.CharField(_("address"), max_length=255)
    # SHA-256 of the query string and the body.
    fingerprint = models.CharField(max_length=64, editable=False)
    # Which call has the claim, and until when it may be away without being taken for dead.
    holder = models.UUIDField(editable=False)
    claimed_until = models.DateTimeField(editable=False)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.BinaryField(default=b"", editable=False)
    headers = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = (
            models.UniqueConstraint(fields=["user", "key"], name="integrations_idempotencykey_one_per_caller"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__gte=200, status__lt=400),
                name="integrations_idempotencykey_keeps_no_error",
            ),
        )
        indexes = (models.Index(fields=["created_at"], name="integrations_key_by_age"),)

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a part that runs by itself was last alive, such as the beat."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ("name",)
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
