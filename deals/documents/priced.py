"""The abstract shape of a priced document, its lines and its taxes, and the pages printed of it."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel, TimeStampedModel
from config.common.money import AmountField, not_negative
from contacts.staff.models import User
from deals.catalogue.models import Currency, Product, TaxCategory

_PER_CENT = [MinValueValidator(0), MaxValueValidator(100)]
# SQLite adds in binary: sums are compared to within half of the smallest unit that is stored.
_HALF_A_UNIT = Decimal("0.0005")
LANGUAGES = User._meta.get_field("language").choices


def _per_cent(name: Any) -> "models.DecimalField[Any, Decimal]":
    return models.DecimalField(
        name, max_digits=5, decimal_places=2, default=Decimal(0), validators=_PER_CENT, help_text=_("Per cent")
    )


class PricedDocument(TimeStampedModel):
    """Lines with a sum, a discount and taxes. ``seller_copy`` and ``buyer_copy`` are what was printed, once issued."""

    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    discount = _per_cent(_("discount on everything"))
    terms = models.TextField(_("terms"), max_length=4000, blank=True, default="")
    subtotal = AmountField(_("sum of the lines"), default=Decimal(0), editable=False)
    discount_amount = AmountField(_("discount"), default=Decimal(0), editable=False)
    net = AmountField(_("net"), default=Decimal(0), editable=False)
    tax = AmountField(_("tax"), default=Decimal(0), editable=False)
    total = AmountField(_("total"), default=Decimal(0), editable=False)
    seller_copy = models.JSONField(default=dict, blank=True, editable=False)
    buyer_copy = models.JSONField(default=dict, blank=True, editable=False)

    class Meta(TimeStampedModel.Meta):
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="%(app_label)s_%(class)s_discount_in_range"
            ),
            models.CheckConstraint(
                condition=Q(total__gt=F("net") + F("tax") - _HALF_A_UNIT, total__lt=F("net") + F("tax") + _HALF_A_UNIT),
                name="%(app_label)s_%(class)s_total_is_net_and_tax",
            ),
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, discount_amount__gte=0, net__gte=0, tax__gte=0),
                name="%(app_label)s_%(class)s_amounts_not_negative",
            ),
        )


class PricedLine(TimeStampedModel):
    """So many of something at a price. Amounts are computed; the tax rule is copied from the rate in force."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=Decimal(1))
    unit = models.CharField(_("unit"), max_length=30, blank=True, default="")
    unit_price = AmountField(_("unit price"), validators=[not_negative()])
    discount = _per_cent(_("discount"))
    tax_category = models.CharField(_("tax category"), max_length=10, choices=TaxCategory, default=TaxCategory.STANDARD)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0), editable=False)
    base_numerator = models.PositiveSmallIntegerField(default=1, editable=False)
    base_denominator = models.PositiveSmallIntegerField(default=1, editable=False)
    amount = AmountField(_("amount"), default=Decimal(0), editable=False)
    discount_share = AmountField(default=Decimal(0), editable=False)
    net = AmountField(_("net"), default=Decimal(0), editable=False)
    tax = AmountField(_("tax"), default=Decimal(0), editable=False)

    class Meta(TimeStampedModel.Meta):
        abstract = True
        ordering = ("position", "id")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="%(app_label)s_%(class)s_quantity_above_zero"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="%(app_label)s_%(class)s_price_not_negative"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="%(app_label)s_%(class)s_discount_in_range"
            ),
            models.CheckConstraint(condition=~Q(description=""), name="%(app_label)s_%(class)s_has_a_description"),
            models.CheckConstraint(
                condition=Q(tax_category__in=TaxCategory.values), name="%(app_label)s_%(class)s_tax_category_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.description}"


class TaxSummary(models.Model):
    """What one tax rule adds to a document: its base, the share of it that is taxed, and the tax."""

    category = models.CharField(_("tax category"), max_length=10, choices=TaxCategory)
    name = models.CharField(_("name"), max_length=40, blank=True, default="")
    legal_note = models.CharField(_("legal note"), max_length=300, blank=True, default="")
    rate = models.DecimalField(_("rate"), max_digits=5, decimal_places=2)
    base_numerator = models.PositiveSmallIntegerField(default=1)
    base_denominator = models.PositiveSmallIntegerField(default=1)
    base = AmountField(_("net"))
    taxable = AmountField(_("taxable base"))
    amount = AmountField(_("tax"))

    class Meta:
        abstract = True
        ordering = ("category", "rate", "id")

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.rate.normalize():f} %"


class StoredPdfQuerySet(models.QuerySet["StoredPdf"]):
    """Questions about printed pages; whoever sees the document gets its pages through it."""

    def visible_to(self, user: Any) -> Self:
        """Nobody reads pages but through their document."""
        return self.none()


class StoredPdf(AppendOnlyModel):
    """The pages of a document as they were printed once, with their SHA-256: served as they are for ever."""

    document_type = models.CharField(_("kind of document"), max_length=40)
    document_id = models.BigIntegerField(_("document"))
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = StoredPdfQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("stored PDF")
        verbose_name_plural = _("stored PDFs")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["document_type", "document_id"], name="deals_storedpdf_one_a_document"),
        )

    def __str__(self) -> str:
        return f"{self.document_type} {self.document_id}"
