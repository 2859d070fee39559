"""What people post through forms."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.capture.form import WebForm
from campaigns.channels.models import Channel
from config.common.models import TimeStampedModel
from contacts.consent.models import ConsentText
from contacts.models import Contact
from contacts.staff.models import Scope


class SubmissionState(models.TextChoices):
    """What became of something that was posted."""

    UNCONFIRMED = "unconfirmed", _("Waits for the person to confirm")
    ACCEPTED = "accepted", _("Accepted")
    EXPIRED = "expired", _("Was never confirmed")


class SubmissionQuerySet(models.QuerySet[Any]):
    """Questions about what was posted."""

    def visible_to(self, user: Any) -> Self:
        """That of contacts whom the user may see; what belongs to nobody yet, for those who see everything."""
        if not user.is_active:
            return self.none()
        if user.scope == Scope.ALL:
            return self.all()
        return self.filter(contact__in=Contact.objects.visible_to(user).values("pk"))


class Submission(TimeStampedModel):
    """What somebody posted through a form, as they wrote it; the touch and the contact come of it once it counts."""

    form = models.ForeignKey(WebForm, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("form"))
    state = models.CharField(_("state"), max_length=11, choices=SubmissionState, editable=False)
    at = models.DateTimeField(_("when"))
    # Where the address of the page said how somebody came; else it is the form's.
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="+", verbose_name=_("channel"), editable=False
    )
    # Answers by the field's id as text, so that a renamed field keeps its answers.
    answers = models.JSONField(_("answers"), default=dict)
    # Empty once it expired.
    email = models.CharField(_("e-mail address"), max_length=254, blank=True, default="")
    contact = models.ForeignKey(
        Contact,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("contact"),
    )
    texts = models.ManyToManyField(ConsentText, blank=True, related_name="+", verbose_name=_("agreed to"))
    visitor = models.ForeignKey(
        "campaigns.Visitor", on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    # The same page posted twice (a double click, a reload) is one submission.
    page_key = models.CharField(max_length=64, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-at", "-id")
        verbose_name = _("post of a form")
        verbose_name_plural = _("posts of forms")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(state__in=SubmissionState.values), name="campaigns_submission_state_known"
            ),
            models.UniqueConstraint(fields=["form", "page_key"], name="campaigns_submission_page_posted_once"),
            models.CheckConstraint(
                condition=~Q(state=SubmissionState.UNCONFIRMED) | Q(expires_at__isnull=False),
                name="campaigns_submission_unconfirmed_expires",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["form", "-at"], name="campaigns_submission_newest"),
            models.Index(fields=["expires_at"], name="campaigns_submission_expiring", condition=Q(state="unconfirmed")),
        )

    def __str__(self) -> str:
        return f"{self.form_id} {self.at:%Y-%m-%d %H:%M}"
