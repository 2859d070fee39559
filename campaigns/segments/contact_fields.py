"""Fields of the contact itself: who they are, and how they can be reached."""

from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from campaigns.segments.choosing import choices_in, choices_of, records_of
from campaigns.segments.fields import Field, attribute, register_fields
from campaigns.segments.operators import FieldType
from config.common.search import fold
from contacts.models import ContactEmail, ContactPhone, User
from contacts.people.contact import Source
from contacts.people.countries import country_choices, language_choices

_OF: dict[str, Any] = {"group": _("Contact")}
_CHOSEN = ("is", "is_not", "is_any_of", "is_none_of")
FIELDS = (
    # What a person is called is folded together with their name.
    Field(
        code="contact.name", label=_("Name"), type=FieldType.TEXT, column="folded",
        only=("contains", "not_contains", "starts_with"),
        values=lambda contact, _asked: [fold(f"{contact.full_name} {contact.preferred_name}")],
        says=lambda contact, _asked: [contact.full_name], **_OF,
    ),
    Field(
        code="contact.country", label=_("Country"), type=FieldType.CHOICE, column="country",
        values=attribute("country"), **choices_in(country_choices), **_OF,
    ),
    Field(
        code="contact.language", label=_("Language"), type=FieldType.CHOICE, column="language",
        values=attribute("language"), **choices_in(language_choices), **_OF,
    ),
    Field(
        code="contact.source", label=_("Source"), type=FieldType.CHOICE, column="source", only=_CHOSEN,
        values=attribute("source"), **choices_of(Source), **_OF,
    ),
    Field(
        code="contact.owner", label=_("Owner"), type=FieldType.REFERENCE, column="owner_id", nullable=True,
        values=attribute("owner_id"), **records_of(User), **_OF,
    ),
    Field(
        code="contact.created", label=_("Added"), type=FieldType.DATETIME, column="created_at",
        values=attribute("created_at"), **_OF,
    ),
    Field(
        code="contact.email", label=_("E-mail address"), type=FieldType.TEXT, column="address",
        only=("is_set", "not_set"), through=lambda _asked: ContactEmail.objects.filter(contact=OuterRef("pk")),
        values=lambda contact, _asked: [each.address for each in contact.emails.all()], **_OF,
    ),
    Field(
        code="contact.email_domain", label=_("Domain of an e-mail address"), type=FieldType.TEXT, column="folded",
        only=("is", "is_not"), after="@", through=lambda _asked: ContactEmail.objects.filter(contact=OuterRef("pk")),
        values=lambda contact, _asked: [fold(each.address.rpartition("@")[2]) for each in contact.emails.all()], **_OF,
    ),
    Field(
        code="contact.phone", label=_("Phone number"), type=FieldType.TEXT, column="number",
        only=("is_set", "not_set"), through=lambda _asked: ContactPhone.objects.filter(contact=OuterRef("pk")),
        values=lambda contact, _asked: [each.number for each in contact.phones.all()], **_OF,
    ),
)  # fmt: skip


def register() -> None:
    """Offer them; called once when the app is ready."""
    register_fields(*FIELDS)
