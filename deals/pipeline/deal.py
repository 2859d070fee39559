"""Deals with their people, lines and notes."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, DecimalField, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.models import TimeStampedModel
from config.common.money import AmountField, not_negative, round_to
from config.common.search import FoldedField, fold
from contacts.models import Company, Contact
from contacts.staff.visibility import OwnedQuerySet, visible_through
from deals.catalogue.models import Currency, Product
from deals.pipeline.pipelines import LossReason, Pipeline, Stage


class Outcome(models.TextChoices):
    """How a deal stands."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class DealQuerySet(OwnedQuerySet):
    """Questions about deals."""

    def open(self) -> Self:
        """Deals that are neither won nor lost: the open pipeline."""
        return self.filter(outcome=Outcome.OPEN)

    def won(self) -> Self:
        """Deals that were won."""
        return self.filter(outcome=Outcome.WON)

    def lost(self) -> Self:
        """Deals that were lost."""
        return self.filter(outcome=Outcome.LOST)

    def search(self, text: str) -> Self:
        """Deals whose name, or whose company's name, contains the text, without regard to case and accents."""
        word = fold(text)
        named = self.model._base_manager.filter(folded__contains=word).order_by().values("pk")
        at_company = self.model._base_manager.filter(company__folded__contains=word).order_by().values("pk")
        return self.filter(pk__in=named.union(at_company))

    def with_chance(self) -> Self:
        """Add ``chance``: the probability a person set, else the stage's; 100 once won, 0 once lost."""
        return self.annotate(
            chance=Case(
                When(outcome=Outcome.WON, then=Decimal(100)),
                When(outcome=Outcome.LOST, then=Decimal(0)),
                When(own_probability__isnull=False, then=F("own_probability")),
                default=F("stage__probability"),
                output_field=DecimalField(max_digits=5, decimal_places=2),
            )
        )


class Deal(TimeStampedModel):
    """A sale in progress, or one that was won or lost. It may be without a company and contacts, as in real data."""

    name = models.CharField(_("name"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deals", verbose_name=_("owner")
    )
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals", verbose_name=_("pipeline"))
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals", verbose_name=_("stage"))
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now, editable=False)
    outcome = models.CharField(_("outcome"), max_length=4, choices=Outcome, default=Outcome.OPEN, editable=False)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="deals", verbose_name=_("company")
    )
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    amount = AmountField(_("amount"), default=Decimal(0), validators=[not_negative()])
    own_probability = models.DecimalField(
        _("probability set by hand"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    # Calendar days in the company's time zone. Unknown for deals from elsewhere that came without a date.
    opened_on = models.DateField(_("opened"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("closed"), null=True, blank=True, editable=False)
    loss_reason = models.ForeignKey(
        LossReason,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="deals",
        verbose_name=_("lost because"),
    )
    loss_note = models.CharField(_("what we learned"), max_length=500, blank=True, default="", editable=False)
    external_id = models.CharField(_("external id"), max_length=120, blank=True, default="")
    folded = FoldedField(of=("name", "external_id"))

    objects = DealQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="deals_deal_has_a_name"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deals_deal_amount_not_negative"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="deals_deal_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.OPEN, closed_on__isnull=True)
                | (~Q(outcome=Outcome.OPEN) & Q(closed_on__isnull=False)),
                name="deals_deal_closed_on_matches_outcome",
            ),
            models.CheckConstraint(
                condition=Q(loss_reason__isnull=True) | Q(outcome=Outcome.LOST),
                name="deals_deal_loss_reason_only_if_lost",
            ),
            models.CheckConstraint(
                condition=Q(opened_on__isnull=True) | Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="deals_deal_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(own_probability__isnull=True) | Q(own_probability__gte=0, own_probability__lte=100),
                name="deals_deal_probability_in_range",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="deals_deal_external_id_unique"
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["-created_at", "-id"], name="deals_deal_newest"),
            models.Index(fields=["owner", "outcome", "-created_at", "-id"], name="deals_deal_by_owner"),
            # The board: open deals of a pipeline by stage.
            models.Index(fields=["pipeline", "stage"], name="deals_deal_open_by_stage", condition=Q(outcome="open")),
            models.Index(fields=["closed_on"], name="deals_deal_by_closing"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether the deal is still in the pipeline."""
        return self.outcome == Outcome.OPEN

    @property
    def probability(self) -> Decimal:
        """Per cent: 100 once won, 0 once lost, what a person set, else the stage's."""
        if self.outcome == Outcome.WON:
            return Decimal(100)
        if self.outcome == Outcome.LOST:
            return Decimal(0)
        return self.stage.probability if self.own_probability is None else self.own_probability

    @property
    def probability_source(self) -> str:
        """Where the probability comes from: ``outcome``, ``person`` or ``stage``."""
        if not self.is_open:
            return "outcome"
        return "stage" if self.own_probability is None else "person"

    @property
    def days_in_stage(self) -> int:
        """Whole days since the deal entered its stage."""
        return max(0, (timezone.now() - self.stage_since).days)


class DealPartQuerySet(models.QuerySet[Any]):
    """Lines, people, notes and history of deals."""

    def visible_to(self, user: Any) -> Self:
        """Those of deals that the user may see."""
        seen: Self = visible_through(self, user, "deal", Deal.objects)
        return seen


class BuyingRole(models.TextChoices):
    """What part a person plays in buying."""

    DECIDES = "decides", _("Decides")
    CHAMPION = "champion", _("Champion")
    USES = "uses", _("Uses it")
    BUYS = "buys", _("Buys")
    ADVISES = "advises", _("Advises")
    BLOCKS = "blocks", _("Against it")
    OTHER = "other", _("Other")


class DealContact(TimeStampedModel):
    """A person who takes part in a deal on the customer's side."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="people", verbose_name=_("deal"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deal_parts", verbose_name=_("contact"))
    role = models.CharField(_("role"), max_length=10, choices=BuyingRole, default=BuyingRole.BUYS)

    objects = DealPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("person in a deal")
        verbose_name_plural = _("people in deals")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["deal", "contact"],
                name="deals_dealcontact_once_per_deal",
                violation_error_message=_("This person is part of the deal already."),
            ),
            models.CheckConstraint(condition=Q(role__in=BuyingRole.values), name="deals_dealcontact_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.contact} ({self.get_role_display()})"


class DealLine(TimeStampedModel):
    """A product in a deal: so many at such a price, less a discount."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines", verbose_name=_("deal"))
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="deal_lines", verbose_name=_("product"))
    description = models.CharField(_("description"), max_length=300, blank=True, default="")
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=Decimal(1))
    unit_price = AmountField(_("unit price"), validators=[not_negative()])
    discount = models.DecimalField(
        _("discount"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Per cent"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DealPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("deal line")
        verbose_name_plural = _("deal lines")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="deals_dealline_quantity_above_zero",
                violation_error_message=_("The quantity must be above zero."),
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="deals_dealline_price_not_negative"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="deals_dealline_discount_in_range"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.product}"

    def total(self, minor_units: int) -> Decimal:
        """The line's amount, rounded to the currency's minor unit."""
        return round_to(self.quantity * self.unit_price * (100 - self.discount) / 100, minor_units)


class DealNote(TimeStampedModel):
    """Something worth knowing about a deal, in a colleague's words."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="notes", verbose_name=_("deal"))
    body = models.TextField(_("note"), max_length=10_000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="deal_notes", verbose_name=_("by")
    )

    objects = DealPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("note on a deal")
        verbose_name_plural = _("notes on deals")
        constraints: ClassVar = (models.CheckConstraint(condition=~Q(body=""), name="deals_dealnote_says_something"),)

    def __str__(self) -> str:
        return self.body[:80]
