"""Who issues documents, and the counters their numbers come from."""

from typing import Any, ClassVar, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.models import TimeStampedModel
from contacts.people.countries import check_country
from contacts.staff.models import check_time_zone
from deals.catalogue.models import Currency

_PREFIX = RegexValidator(r"^[A-Z0-9]{1,8}$", _("One to eight capital letters or digits."))


class Series(models.TextChoices):
    """What is numbered by itself."""

    QUOTE = "quote", _("Quote")
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class SellerQuerySet(models.QuerySet["Seller"]):
    """Questions about sellers."""

    def visible_to(self, user: Any) -> Self:
        """Who we are is no secret."""
        return self.all() if user.is_active else self.none()

    def usual(self) -> "Seller | None":
        """The seller of documents that don't name one."""
        return self.filter(is_active=True).order_by("-is_default", "id").first()


class Seller(TimeStampedModel):
    """One of our own companies: it issues quotes and invoices, with its letterhead, its tax number and its bank."""

    name = models.CharField(_("name"), max_length=200)
    legal_form = models.CharField(_("legal form"), max_length=40, blank=True, default="")
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True, default="")
    street = models.CharField(_("street"), max_length=200, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    region = models.CharField(_("province or state"), max_length=100, blank=True, default="")
    country = models.CharField(
        _("country"), max_length=2, validators=[check_country], help_text=_("Two letters: ID, VN …")
    )
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    website = models.CharField(_("website"), max_length=120, blank=True, default="")
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Jakarta",
        validators=[check_time_zone],
        help_text=_("Decides which day, and which year, a document is issued in."),
    )
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    bank_name = models.CharField(_("bank"), max_length=120, blank=True, default="")
    bank_account = models.CharField(_("account number"), max_length=60, blank=True, default="")
    bank_holder = models.CharField(_("account holder"), max_length=120, blank=True, default="")
    bank_code = models.CharField(_("SWIFT or bank code"), max_length=20, blank=True, default="")
    signatory = models.CharField(_("signed by"), max_length=120, blank=True, default="")
    footer = models.CharField(_("footer"), max_length=300, blank=True, default="")
    quote_prefix = models.CharField(_("prefix of quotes"), max_length=8, default="Q", validators=[_PREFIX])
    invoice_prefix = models.CharField(_("prefix of invoices"), max_length=8, default="INV", validators=[_PREFIX])
    credit_note_prefix = models.CharField(_("prefix of credit notes"), max_length=8, default="CN", validators=[_PREFIX])
    amounts_in_words = models.BooleanField(_("amounts in words too"), default=True)
    is_default = models.BooleanField(_("usual seller"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SellerQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-is_default", "name", "id")
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="deals_seller_has_a_name"),
            models.CheckConstraint(condition=~Q(country=""), name="deals_seller_has_a_country"),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="deals_seller_one_is_usual",
                violation_error_message=_("Another seller is the usual one. Untick it there first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.legal_form} {self.name}".strip()

    def prefix_of(self, series: str) -> str:
        """What the numbers of a series begin with."""
        return str(getattr(self, f"{series}_prefix"))


class NumberSeriesQuerySet(models.QuerySet["NumberSeries"]):
    """Questions about counters."""

    def visible_to(self, user: Any) -> Self:
        """Counters are set-up."""
        return self.all() if user.is_active else self.none()


class NumberSeries(models.Model):
    """The counter of one series of a seller in one year: the last number given and the day it was dated."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="number_series", verbose_name=_("seller"))
    series = models.CharField(_("series"), max_length=11, choices=Series)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)
    last_dated = models.DateField(_("last dated"))

    objects = NumberSeriesQuerySet.as_manager()

    class Meta:
        ordering = ("seller", "series", "year")
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["seller", "series", "year"], name="deals_numberseries_one_a_year"),
            models.CheckConstraint(condition=Q(series__in=Series.values), name="deals_numberseries_series_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_series_display()} {self.year}: {self.last_number}"
