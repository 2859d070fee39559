"""Currencies, dated exchange rates, products and categories."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.models import TimeStampedModel
from config.common.money import AmountField, not_negative
from config.common.remembering import once
from config.common.search import FoldedField, fold


class CurrencyQuerySet(models.QuerySet["Currency"]):
    """Questions about currencies."""

    def visible_to(self, user: Any) -> Self:
        """Currencies are no secret."""
        return self.all()

    def search(self, text: str) -> Self:
        """Currencies whose code or name contains the text."""
        return self.filter(Q(code__icontains=text) | Q(name__icontains=text))

    @once
    def of_company(self) -> "Currency":
        """The one currency that reports are in."""
        return self.get(is_company_currency=True)


class Currency(models.Model):
    """A currency in which deals are made. Reports are in the company's, by dated rates."""

    code = models.CharField(
        _("code"),
        max_length=3,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, like IDR."))],
    )
    name = models.CharField(_("name"), max_length=60)
    minor_units = models.PositiveSmallIntegerField(_("decimals"), default=2)
    is_company_currency = models.BooleanField(_("company currency"), default=False)

    objects = CurrencyQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(minor_units__lte=3), name="deals_currency_at_most_three_decimals"),
            models.UniqueConstraint(
                fields=["is_company_currency"],
                condition=Q(is_company_currency=True),
                name="deals_currency_one_of_company",
            ),
        )

    def __str__(self) -> str:
        return self.code


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    """Questions about rates."""

    def visible_to(self, user: Any) -> Self:
        """Rates are no secret."""
        return self.all()

    def on(self, currency: str, day: date) -> Decimal | None:
        """The rate of a currency on a day: the newest that was valid then; None if there was none."""
        rows = self.filter(currency=currency, valid_from__lte=day).order_by("-valid_from")
        return rows.values_list("rate", flat=True).first()


class ExchangeRate(TimeStampedModel):
    """From a day on, one unit of a currency is worth so much in the company's currency."""

    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="rates", verbose_name=_("currency"))
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(
        _("worth in the company currency"),
        max_digits=20,
        decimal_places=10,
        validators=[MinValueValidator(Decimal("0.0000000001"))],
    )

    objects = ExchangeRateQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("currency", "-valid_from")
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["currency", "valid_from"], name="deals_exchangerate_one_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="deals_exchangerate_above_zero"),
        )

    def __str__(self) -> str:
        return f"{self.currency_id} {self.valid_from}: {self.rate.normalize():f}"


class TaxCategory(models.TextChoices):
    """How a product is taxed; the rate itself depends on country and date."""

    STANDARD = "standard", _("Standard")
    REDUCED = "reduced", _("Reduced")
    ZERO = "zero", _("Zero")
    EXEMPT = "exempt", _("Exempt")
    # The customer pays the tax themselves.
    REVERSE = "reverse", _("Reverse charge")


class ProductCategory(TimeStampedModel):
    """A family of products."""

    name = models.CharField(_("name"), max_length=120, unique=True)

    objects: ClassVar[models.Manager["ProductCategory"]] = models.Manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("name", "id")
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    """Questions about products."""

    def visible_to(self, user: Any) -> Self:
        """The catalogue is the same for everybody who may see products at all."""
        return self.all() if user.is_active else self.none()

    def active(self) -> Self:
        """Products that can be sold."""
        return self.filter(is_active=True)

    def search(self, text: str) -> Self:
        """Products whose code or name contains the text, without regard to case and accents."""
        return self.filter(folded__contains=fold(text))


class Product(TimeStampedModel):
    """Something we sell: its price and what it costs us, in one currency."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.ForeignKey(
        ProductCategory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("category"),
    )
    unit = models.CharField(_("unit"), max_length=30, default="pc")
    price = AmountField(_("price"), validators=[not_negative()])
    cost = AmountField(_("cost"), null=True, blank=True, validators=[not_negative()])
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    tax_category = models.CharField(_("tax category"), max_length=10, choices=TaxCategory, default=TaxCategory.STANDARD)
    is_active = models.BooleanField(_("active"), default=True)
    folded = FoldedField(of=("code", "name"))

    objects = ProductQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("name", "id")
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(price__gte=0), name="deals_product_price_not_negative"),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="deals_product_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(tax_category__in=TaxCategory.values), name="deals_product_tax_category_known"
            ),
        )

    def __str__(self) -> str:
        return self.name
