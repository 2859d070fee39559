"""Abstract models: what every row of the business has."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.common.constraints import CheckedModel


class TimeStampedModel(CheckedModel):
    """A row that knows when it was made and last changed.

    ``updated_at`` is also the row's version: the API's ETag and the admin's hidden field are made of it. Whoever
    changes a row by ``update()`` sets it too.
    """

    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True, editable=False)

    class Meta:
        abstract = True

    @property
    def version(self) -> str:
        """The version in a form that fits a header and a hidden field."""
        return f"{self.pk}-{int(self.updated_at.timestamp() * 1_000_000)}"


class AppendOnlyModel(CheckedModel):
    """A row of a ledger: written once, never changed or deleted by code."""

    ledger_refusal: ClassVar[str] = "A row of a ledger is never changed; write a new one."

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to save a row that is already stored."""
        if not self._state.adding:
            raise TypeError(self.ledger_refusal)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what a ledger holds, happened."""
        raise TypeError(self.ledger_refusal)


class ChangeModel(AppendOnlyModel):
    """A row of the history of a record: that something was done to it when, by whom and why; nobody is the house."""

    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.CharField(_("why"), max_length=500, blank=True, default="")

    class Meta:
        abstract = True
        ordering = ("-id",)
