"""The people of a campaign, each with a status of the campaign's own list."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.execution.campaign import Campaign, CampaignPartQuerySet
from config.common.models import ChangeModel, TimeStampedModel
from contacts.models import Contact
from contacts.staff.visibility import visible_through


class MemberStatus(TimeStampedModel):
    """A status that members of one campaign can have ("invited", "attended"), and whether it counts as a response."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="statuses", verbose_name=_("campaign")
    )
    name = models.CharField(_("name"), max_length=60)
    is_response = models.BooleanField(_("counts as a response"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CampaignPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("status of members")
        verbose_name_plural = _("statuses of members")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_memberstatus_has_a_name"),
            models.UniqueConstraint(
                fields=["campaign", "name"],
                name="campaigns_memberstatus_name_once",
                violation_error_message=_("The campaign has a status of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(models.QuerySet[Any]):
    """Members of campaigns."""

    def visible_to(self, user: Any) -> Self:
        """Those whom the user may see as contacts."""
        seen: Self = visible_through(self, user, "contact", Contact.objects)
        return seen


class CampaignMember(TimeStampedModel):
    """A contact whom a campaign addresses, and how far it came with them."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="members", verbose_name=_("campaign"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="campaign_memberships", verbose_name=_("contact")
    )
    status = models.ForeignKey(
        MemberStatus, on_delete=models.PROTECT, related_name="members", verbose_name=_("status"), editable=False
    )
    status_since = models.DateTimeField(_("since"), editable=False)
    # When the first status that counts as a response was reached; it stays, whatever comes after.
    responded_at = models.DateTimeField(_("responded"), null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("member of a campaign")
        verbose_name_plural = _("members of campaigns")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["campaign", "contact"],
                name="campaigns_campaignmember_once",
                violation_error_message=_("This person is a member of the campaign already."),
            ),
        )
        indexes: ClassVar = (models.Index(fields=["contact"], name="campaigns_member_by_contact"),)

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.campaign_id}"


class MemberChangeQuerySet(models.QuerySet[Any]):
    """Changes of members."""

    def visible_to(self, user: Any) -> Self:
        """Those of members whom the user may see."""
        seen: Self = visible_through(self, user, "member__contact", Contact.objects)
        return seen


class MemberChange(ChangeModel):
    """A member of a campaign went from one status to another: when, by whom and why."""

    member = models.ForeignKey(
        CampaignMember, on_delete=models.CASCADE, related_name="changes", verbose_name=_("member")
    )
    from_status = models.ForeignKey(
        MemberStatus,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("from"),
    )
    to_status = models.ForeignKey(MemberStatus, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))

    reason = models.CharField(_("why"), max_length=300, blank=True, default="")

    objects = MemberChangeQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of a member")
        verbose_name_plural = _("changes of members")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(from_status__isnull=True) | ~Q(from_status=models.F("to_status")),
                name="campaigns_memberchange_is_a_change",
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_status_id or '–'} → {self.to_status_id}"
