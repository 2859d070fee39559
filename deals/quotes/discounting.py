"""What the discounts of a revision come to over the list prices, and whether somebody must approve them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from config.common.money import round_to
from contacts.models import User
from deals.documents.formats import show_percent
from deals.policy.models import DiscountLimit
from deals.quotes.approvers import approvers_of
from deals.quotes.refusing import QuoteRefused
from deals.quotes.revision import ApprovalState, QuoteLine, QuoteRevision

_UNDECIDED = frozenset({ApprovalState.NEEDED, ApprovalState.ASKED, ApprovalState.REFUSED})
_CODES = {
    ApprovalState.NEEDED: "approval_needed",
    ApprovalState.ASKED: "approval_pending",
    ApprovalState.REFUSED: "approval_refused",
}


def discount_from_list(revision: QuoteRevision) -> Decimal:
    """Return what all discounts of a revision come to over its list prices, in per cent.

    The list price is the product's where it is in the quote's currency, else the unit price before the line's
    discount. Asking more than the list price in one line doesn't make up for a discount in another.
    """
    listed = given = Fraction(0)
    for line in revision.lines.select_related("product"):
        quantity, unit_price = Fraction(line.quantity), Fraction(line.unit_price)
        listed += quantity * max(_list_price(line, revision.currency_id), unit_price)
        given += quantity * unit_price * _left(line.discount)
    if not listed:
        return Decimal(0)
    return round_to((listed - given * _left(revision.discount)) / listed * 100, 2)


def assess(revision: QuoteRevision, *, by: User, sending: bool = False) -> None:
    """Reckon a draft's discount anew and save whether it needs approval, as seen by who changed or sends it.

    What was approved stays approved up to its per cent. Whoever has no limit leaves a question that is open to them
    open, unless they send it themselves.
    """
    before, was = revision.discount_from_list, ApprovalState(revision.approval)
    revision.discount_from_list = discount_from_list(revision)
    revision.approval = _state(revision, DiscountLimit.objects.of(by), before, was, sending=sending)
    revision.save(update_fields=["discount_from_list", "approval", "updated_at"])


def check_approved(revision: QuoteRevision, *, by: User) -> None:
    """Refuse to send a discount that is above what one may give, and say who can approve it."""
    state = ApprovalState(revision.approval)
    if state in _CODES:
        limit = DiscountLimit.objects.of(by)
        facts = {"discount": str(revision.discount_from_list), "limit": str(limit)}
        raise QuoteRefused(explain(revision, by=by), code=_CODES[state], facts=facts)


def explain(revision: QuoteRevision, *, by: User) -> str:
    """Say what the discounts come to, what a person may give, and who can approve more."""
    limit = DiscountLimit.objects.of(by)
    labels = {
        "discount": show_percent(revision.discount_from_list),
        "limit": show_percent(limit or Decimal(0)),
        "approver": revision.approved_by,
        "names": ", ".join(str(user) for user in approvers_of(by)),
    }
    state = revision.approval
    if state == ApprovalState.GIVEN:
        return _("The discounts come to %(discount)s of the list prices; %(approver)s approved them.") % labels
    if state == ApprovalState.NOT_NEEDED:
        return _explain_free(labels, limit)
    if limit is None and state != ApprovalState.REFUSED:
        sentence = _("The discounts come to %(discount)s of the list prices. You can approve or refuse them.")
        return sentence % labels
    told = {
        ApprovalState.NEEDED: _(
            "The discounts come to %(discount)s of the list prices, and you may give %(limit)s. "
            "Lower them, or ask for approval: %(names)s can give it."
        ),
        ApprovalState.ASKED: _(
            "The discounts come to %(discount)s of the list prices, and you may give %(limit)s. "
            "Approval was asked for: %(names)s can give it."
        ),
        ApprovalState.REFUSED: _(
            "%(approver)s refused discounts of %(discount)s of the list prices. Lower them, or ask again."
        ),
    }
    return told[ApprovalState(state)] % labels


def _explain_free(labels: Mapping[str, object], limit: Decimal | None) -> str:
    if limit is None:
        return _("The discounts come to %(discount)s of the list prices, and you need nobody's approval.") % labels
    return _("The discounts come to %(discount)s of the list prices, and you may give %(limit)s.") % labels


def _state(
    revision: QuoteRevision, limit: Decimal | None, before: Decimal, was: ApprovalState, *, sending: bool
) -> ApprovalState:
    discount, approved = revision.discount_from_list, revision.approved_discount
    if limit is not None and discount <= limit:
        return ApprovalState.NOT_NEEDED
    if approved is not None and discount <= approved:
        return ApprovalState.GIVEN
    if limit is None and (sending or was not in _UNDECIDED):
        return ApprovalState.NOT_NEEDED
    if was == ApprovalState.ASKED and discount <= before:
        return ApprovalState.ASKED
    if was == ApprovalState.REFUSED and discount == before:
        return ApprovalState.REFUSED
    return ApprovalState.NEEDED


def _list_price(line: QuoteLine, currency: str) -> Fraction:
    product = line.product
    if product is not None and product.currency_id == currency:
        return Fraction(product.price)
    return Fraction(line.unit_price)


def _left(percent: Decimal) -> Fraction:
    return 1 - Fraction(percent) / 100
