"""Notes that staff write about contacts and companies."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.people.companies import Company
from contacts.people.contact import Contact
from contacts.staff.models import Scope, User


class NoteQuerySet(models.QuerySet["Note"]):
    """Questions about notes."""

    def visible_to(self, user: User) -> Self:
        """Notes on contacts and companies that the user may see."""
        if user.is_active and user.scope == Scope.ALL:
            return self.all()
        contacts, companies = Contact.objects.visible_to(user), Company.objects.visible_to(user)
        return self.filter(Q(contact__in=contacts.values("pk")) | Q(company__in=companies.values("pk")))


class Note(TimeStampedModel):
    """Something worth knowing about a contact or a company, in a colleague's words."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="notes", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, null=True, blank=True, related_name="notes", verbose_name=_("company")
    )
    body = models.TextField(_("note"), max_length=10_000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="contact_notes",
    )

    objects = NoteQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(contact__isnull=False, company__isnull=True)
                | Q(contact__isnull=True, company__isnull=False),
                name="contacts_note_about_one_subject",
            ),
            models.CheckConstraint(condition=~Q(body=""), name="contacts_note_says_something"),
        )

    def __str__(self) -> str:
        return self.body[:80]
