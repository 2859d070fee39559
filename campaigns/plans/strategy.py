"""The four Ps of a plan: for each segment what is offered, at what price, where, and how it is told."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.channels.models import Channel
from campaigns.plans.plan import MarketingPlan, PlanPartQuerySet
from campaigns.research.models import Finding, Persona
from campaigns.segments.models import Segment
from config.common.models import TimeStampedModel
from config.common.money import AmountField, not_negative
from deals.catalogue.models import Product


class Strategy(TimeStampedModel):
    """What a plan means to do for one segment; its 4 Ps hang on it."""

    plan = models.ForeignKey(
        MarketingPlan, on_delete=models.CASCADE, related_name="strategies", verbose_name=_("marketing plan")
    )
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="strategies", verbose_name=_("segment"))
    persona = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="strategies", verbose_name=_("persona")
    )
    statement = models.TextField(_("in one sentence"), max_length=1000, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PlanPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["plan", "segment"],
                name="campaigns_strategy_one_per_segment",
                violation_error_message=_("The plan has a strategy for this segment already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.segment)


class Topic(models.TextChoices):
    """What an item of a plan is about. Which P it belongs to follows (see ``PARTS``)."""

    NEED = "need", _("Need met")
    PRODUCTS = "products", _("Products")
    PROMISE = "promise", _("Promise")
    PROOF = "proof", _("Proof")
    POSITIONING = "positioning", _("Price positioning")
    PRICE = "price", _("List price and floor")
    CHANNELS = "channels", _("Sales channels")
    PARTNERS = "partners", _("Partners")
    REGIONS = "regions", _("Regions")
    MESSAGE = "message", _("Message")
    TRAINING = "training", _("Training")
    ENABLEMENT = "enablement", _("Sales enablement")


class Part(models.TextChoices):
    """The four Ps, and what is done inside the company."""

    PRODUCT = "product", _("Product")
    PRICE = "price", _("Price")
    PLACE = "place", _("Place")
    PROMOTION = "promotion", _("Promotion")
    INSIDE = "inside", _("Inside the company")


PARTS: dict[Part, tuple[Topic, ...]] = {
    Part.PRODUCT: (Topic.NEED, Topic.PRODUCTS, Topic.PROMISE, Topic.PROOF),
    Part.PRICE: (Topic.PRICE, Topic.POSITIONING),
    Part.PLACE: (Topic.CHANNELS, Topic.PARTNERS, Topic.REGIONS),
    Part.PROMOTION: (Topic.MESSAGE,),
    Part.INSIDE: (Topic.TRAINING, Topic.ENABLEMENT),
}
PART_OF: dict[str, Part] = {topic: part for part, topics in PARTS.items() for topic in topics}


class ItemState(models.TextChoices):
    """How an item of a plan stands."""

    OPEN = "open", _("To do")
    DOING = "doing", _("Under way")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class PlanItem(TimeStampedModel):
    """One thing that a plan says or does: about the product, the price, the place, the promotion, or inside.

    A price item names a product with list price, usual discount and floor; a promotion item a message on a channel
    between two days for a cost. Amounts are in the company's currency.
    """

    plan = models.ForeignKey(
        MarketingPlan, on_delete=models.CASCADE, related_name="items", verbose_name=_("marketing plan")
    )
    # Null for what is done inside the company, which is for no segment.
    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, null=True, blank=True, related_name="items", verbose_name=_("strategy")
    )
    topic = models.CharField(_("about"), max_length=11, choices=Topic)
    text = models.TextField(_("text"), max_length=2000, blank=True, default="")
    products = models.ManyToManyField(Product, blank=True, related_name="+", verbose_name=_("products"))
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_items", verbose_name=_("channel")
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    list_price = AmountField(_("list price"), null=True, blank=True, validators=[not_negative()])
    discount = models.DecimalField(
        _("usual discount"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Per cent"),
    )
    floor = AmountField(_("floor"), null=True, blank=True, validators=[not_negative()])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_items",
        verbose_name=_("owner"),
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    state = models.CharField(_("status"), max_length=7, choices=ItemState, default=ItemState.OPEN)
    cost = AmountField(_("cost"), null=True, blank=True, validators=[not_negative()])
    findings = models.ManyToManyField(Finding, blank=True, related_name="plan_items", verbose_name=_("led to by"))
    # What came of it, and whether to do it again.
    result = models.TextField(_("result"), max_length=2000, blank=True, default="")
    worked = models.BooleanField(_("worked"), null=True, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="copies"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PlanPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("item of a plan")
        verbose_name_plural = _("items of plans")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="campaigns_planitem_topic_known"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="campaigns_planitem_state_known"),
            models.CheckConstraint(
                condition=Q(strategy__isnull=True, topic__in=PARTS[Part.INSIDE])
                | (Q(strategy__isnull=False) & ~Q(topic__in=PARTS[Part.INSIDE])),
                name="campaigns_planitem_inside_is_for_no_segment",
                violation_error_message=_("Measures inside the company belong to no segment; all others to one."),
            ),
            models.CheckConstraint(
                condition=~Q(topic=Topic.PRICE) | Q(product__isnull=False, list_price__isnull=False),
                name="campaigns_planitem_price_has_a_product",
                violation_error_message=_("A price needs a product and a list price."),
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(list_price__isnull=True) | Q(floor__lte=F("list_price")),
                name="campaigns_planitem_floor_below_list_price",
                violation_error_message=_("The floor can't be above the list price."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="campaigns_planitem_ends_after_it_starts",
                violation_error_message=_("It can't end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="campaigns_planitem_cost_not_negative"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["plan", "topic"], name="campaigns_planitem_by_topic"),)

    def __str__(self) -> str:
        if not self.text and self.product is not None:
            return str(self.product)
        return self.text[:80] or self.get_topic_display()

    @property
    def part(self) -> Part:
        """The P it belongs to."""
        return PART_OF[self.topic]


class Question(models.TextChoices):
    """The two questions that a plan answers before anything is spent."""

    NEEDED = "needed", _("Does the market need all that we make?")
    AFFORDABLE = "affordable", _("Can the customer pay the price we set?")


class Answer(models.TextChoices):
    """What the answer is."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class PlanAnswer(TimeStampedModel):
    """The answer of a plan to one of the two questions, with the findings that speak for it."""

    plan = models.ForeignKey(
        MarketingPlan, on_delete=models.CASCADE, related_name="answers", verbose_name=_("marketing plan")
    )
    question = models.CharField(_("question"), max_length=10, choices=Question)
    answer = models.CharField(_("answer"), max_length=6, choices=Answer)
    text = models.TextField(_("why"), max_length=2000, blank=True, default="")
    findings = models.ManyToManyField(Finding, blank=True, related_name="answers", verbose_name=_("evidence"))

    objects = PlanPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("answer of a plan")
        verbose_name_plural = _("answers of plans")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["plan", "question"], name="campaigns_plananswer_once_per_question"),
            models.CheckConstraint(
                condition=Q(question__in=Question.values), name="campaigns_plananswer_question_known"
            ),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="campaigns_plananswer_answer_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_question_display()} {self.get_answer_display()}"
