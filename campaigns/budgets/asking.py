"""Asks those who may approve a cost that waits, so that it doesn't wait unseen."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.budgets.models import Cost
from config.common.money import show_money
from contacts.messages.queueing import notify
from contacts.models import User

APPROVE = "campaigns.approve_cost"
KIND = "cost_waits"


def ask(cost: Cost, *, by: User | None) -> None:
    """Ring everybody who may approve the cost and see it; not whoever wrote it."""
    key = f"cost:{cost.pk}:asked:{int(timezone.now().timestamp())}"
    for approver in User.objects.active().may(APPROVE).select_related("role", "team").order_by("pk"):
        if by is not None and approver.pk == by.pk:
            continue
        if Cost.objects.filter(pk=cost.pk).visible_to(approver).exists():
            notify(approver, key=key, kind=KIND, title=_title(cost, approver), body=cost.note, about=cost)


def _title(cost: Cost, approver: User) -> str:
    with translation.override(approver.language or translation.get_language()):
        labels = {
            "amount": show_money(cost.amount, cost.currency_id, cost.currency.minor_units),
            "whose": cost.campaign or cost.plan,
        }
        return _("A cost of %(amount)s for “%(whose)s” waits for your approval") % labels
