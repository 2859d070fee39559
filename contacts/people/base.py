"""What contacts and companies share: an owner, a lifecycle, an archive instead of a bin."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.people.stages import LifecycleStage
from contacts.staff.visibility import OwnedQuerySet

# Written by the database from the ledger, which is their history.
LIFECYCLE_COLUMNS = ("lifecycle_stage", "lifecycle_highest", "lifecycle_since")


class SubjectQuerySet(OwnedQuerySet):
    """Contacts or companies."""

    def live(self) -> Self:
        """Those that are not archived."""
        return self.filter(archived_at__isnull=True)

    def archived(self) -> Self:
        """Those that are."""
        return self.filter(archived_at__isnull=False)


class Subject(TimeStampedModel):
    """A person or company that we do business with: the subject of a lifecycle.

    The three ``lifecycle_`` columns are written by the database alone, from the newest row of the ledger: see
    ``contacts.lifecycle``. They are empty only between the row's creation and its first ledger row, in one transaction.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_%(class)ss",
    )
    # Null, not empty: no stage yet, which only the creating transaction ever sees.
    lifecycle_stage = models.CharField(  # noqa: DJ001
        _("lifecycle stage"), max_length=12, choices=LifecycleStage, null=True, blank=True, editable=False
    )
    lifecycle_highest = models.CharField(  # noqa: DJ001
        _("highest lifecycle stage"), max_length=12, choices=LifecycleStage, null=True, blank=True, editable=False
    )
    lifecycle_since = models.DateTimeField(_("in this stage since"), null=True, blank=True, editable=False)
    external_id = models.CharField(
        _("external id"), max_length=120, blank=True, default="", help_text=_("The id in the system this came from.")
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    archived_reason = models.CharField(_("reason"), max_length=255, blank=True, default="", editable=False)

    class Meta(TimeStampedModel.Meta):
        abstract = True

    @property
    def is_archived(self) -> bool:
        """Whether the row is out of use."""
        return self.archived_at is not None
