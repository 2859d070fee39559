"""The papers behind costs."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.budgets.models import Cost
from config.common.models import TimeStampedModel


class CostPartQuerySet(models.QuerySet[Any]):
    """Papers of costs."""

    def visible_to(self, user: Any) -> Self:
        """Costs belong to the house."""
        return self.all() if user.is_active else self.none()


class CostDocument(TimeStampedModel):
    """The paper behind a cost: the supplier's invoice, kept as it came."""

    cost = models.OneToOneField(Cost, on_delete=models.CASCADE, related_name="document", verbose_name=_("cost"))
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("type"), max_length=80)
    content = models.BinaryField(_("content"))

    objects = CostPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("document of a cost")
        verbose_name_plural = _("documents of costs")

    def __str__(self) -> str:
        return self.name
