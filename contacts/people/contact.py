"""Contacts with their e-mail addresses and phone numbers."""

from typing import Any, ClassVar, Self

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email
from simple_history.models import HistoricalRecords

from config.common.search import FoldedField, fold
from contacts.people.base import LIFECYCLE_COLUMNS, Subject, SubjectQuerySet
from contacts.people.countries import check_country
from contacts.staff.models import check_time_zone
from contacts.staff.visibility import visible_through


class Source(models.TextChoices):
    """How a contact first came to us."""

    SALES = "sales", _("Found by sales")
    FORM = "form", _("Form")
    WEB = "web", _("Website")
    EMAIL = "email", _("E-mail")
    SOCIAL = "social", _("Social media")
    EVENT = "event", _("Event")
    REFERRAL = "referral", _("Referral")
    ADVERTISING = "advertising", _("Advertising")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")
    OTHER = "other", _("Other")


class PhoneKind(models.TextChoices):
    """What a number is for."""

    MOBILE = "mobile", _("Mobile")
    WORK = "work", _("Work")
    HOME = "home", _("Home")
    OTHER = "other", _("Other")


def normalise_email(address: str) -> str:
    """Return the address as it is kept: spaces trimmed, domain in lower case; refuse what can't be an address."""
    try:
        return validate_email(address.strip(), check_deliverability=False, allow_domain_literal=False).normalized
    except EmailNotValidError as error:
        message = _("%(address)s is not an e-mail address: %(why)s")
        raise ValidationError(message, code="invalid_email", params={"address": address, "why": str(error)}) from None


def check_email(address: str) -> None:
    """Refuse what can't be an e-mail address."""
    normalise_email(address)


def normalise_phone(number: str, country: str = "") -> str:
    """Return the number in E.164 (``+628123456789``).

    A number without a plus is read as one of ``country``; a number that can't exist there is refused.
    """
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed) or not phonenumbers.is_valid_number(parsed):
        message = _("%(number)s is not a phone number. Write it with its country, like +62 812 3456 789.")
        raise ValidationError(message, code="invalid_phone", params={"number": number})
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def check_phone(number: str) -> None:
    """Refuse what is not an international number."""
    normalise_phone(number)


def show_phone(number: str) -> str:
    """Return an E.164 number with the spaces its country writes."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


class ContactQuerySet(SubjectQuerySet):
    """Questions about contacts."""

    def search(self, text: str) -> Self:
        """Contacts whose name, e-mail address or phone contains the text, without regard to case and accents."""
        word = fold(text)
        found = [
            self.model._base_manager.filter(folded__contains=word).order_by().values("pk"),
            ContactEmail._base_manager.filter(folded__contains=word).order_by().values("contact_id"),
        ]
        digits = "".join(letter for letter in text if letter.isdigit())
        if len(digits) >= 4 and not any(letter.isalpha() for letter in text):
            found.append(
                ContactPhone._base_manager.filter(number__contains=digits.lstrip("0")).order_by().values("contact_id")
            )
        return self.filter(pk__in=found[0].union(*found[1:]))


class Contact(Subject):
    """A person we know. Names are kept as people have them: one word, family name first, several words."""

    full_name = models.CharField(_("name"), max_length=200, help_text=_("As the person writes it, in any order."))
    preferred_name = models.CharField(
        _("called"),
        max_length=100,
        blank=True,
        default="",
        help_text=_("How to address them, if not by the whole name."),
    )
    family_name = models.CharField(_("family name"), max_length=100, blank=True, default="")
    language = models.CharField(_("language"), max_length=5, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="", validators=[check_country])
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="", validators=[check_time_zone])
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.SALES)
    source_detail = models.CharField(_("source in detail"), max_length=200, blank=True, default="")
    folded = FoldedField(of=("full_name", "preferred_name"))

    objects = ContactQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded", *LIFECYCLE_COLUMNS])

    class Meta(Subject.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(full_name=""), name="contacts_contact_has_a_name"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="contacts_contact_source_known"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="contacts_contact_external_id_unique"
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["-created_at", "-id"], name="contacts_contact_newest"),
            models.Index(fields=["owner", "-created_at", "-id"], name="contacts_contact_by_owner"),
            models.Index(fields=["lifecycle_stage", "-created_at", "-id"], name="contacts_contact_by_stage"),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def called(self) -> str:
        """How to address the person."""
        return self.preferred_name or self.full_name


class ContactPartQuerySet(models.QuerySet[Any]):
    """Addresses and numbers of contacts."""

    def visible_to(self, user: Any) -> Self:
        """Those of contacts that the user may see."""
        seen: Self = visible_through(self, user, "contact", Contact.objects)
        return seen


class ContactEmail(models.Model):
    """An e-mail address of a contact. No two live contacts share one, whatever its capitals."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="emails", verbose_name=_("contact"))
    address = models.CharField(_("e-mail address"), max_length=254, validators=[check_email])
    is_primary = models.BooleanField(_("primary"), default=False)
    # Follows the contact's archive, so that the constraint below can say "live".
    is_live = models.BooleanField(default=True, editable=False)
    folded = FoldedField(of=("address",))

    objects = ContactPartQuerySet.as_manager()

    class Meta:
        ordering = ("-is_primary", "id")
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")
        constraints: ClassVar = (
            models.UniqueConstraint(
                Lower("address"),
                condition=Q(is_live=True),
                name="contacts_contactemail_unique_among_live",
                violation_error_message=_(
                    "Another contact has this e-mail address. Open that contact, or archive it first."
                ),
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(is_primary=True),
                name="contacts_contactemail_one_primary",
                violation_error_message=_("A contact has one primary e-mail address."),
            ),
        )

    def __str__(self) -> str:
        return self.address

    def normalise(self, country: str = "") -> None:
        """Write the address as it is kept."""
        self.address = normalise_email(self.address)


class ContactPhone(models.Model):
    """A phone number of a contact, in E.164."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="phones", verbose_name=_("contact"))
    number = models.CharField(_("phone number"), max_length=20, validators=[check_phone], db_index=True)
    kind = models.CharField(_("kind"), max_length=8, choices=PhoneKind, default=PhoneKind.MOBILE)
    is_primary = models.BooleanField(_("primary"), default=False)

    objects = ContactPartQuerySet.as_manager()

    class Meta:
        ordering = ("-is_primary", "id")
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(number__startswith="+"), name="contacts_contactphone_e164"),
            models.UniqueConstraint(fields=["contact", "number"], name="contacts_contactphone_once_per_contact"),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(is_primary=True),
                name="contacts_contactphone_one_primary",
                violation_error_message=_("A contact has one primary phone number."),
            ),
        )

    def __str__(self) -> str:
        return show_phone(self.number)

    def normalise(self, country: str = "") -> None:
        """Write the number in E.164; one without a plus is read as one of ``country``."""
        self.number = normalise_phone(self.number, country)
