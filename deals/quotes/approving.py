"""Approval of discounts: asked for by who may not give them, given or refused by a manager."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.messages.queueing import notify
from contacts.models import User
from deals.documents.formats import show_percent
from deals.quotes.approvers import APPROVE, approvers_of
from deals.quotes.discounting import assess, explain
from deals.quotes.history import QuoteChange, QuoteChangeKind, record
from deals.quotes.locking import lock_revision
from deals.quotes.refusing import QuoteRefused, check_not_over
from deals.quotes.revision import ApprovalState, QuoteRevision


@transaction.atomic
def ask_approval(revision: QuoteRevision, *, by: User, note: str = "") -> QuoteRevision:
    """Ask the nearest manager to approve the discounts of a draft; their bell rings.

    Refuses ``approval_not_needed``, ``approval_given``, ``approval_pending``, and ``nobody_can_approve``.
    """
    draft = _lock_draft(revision)
    assess(draft, by=by)
    if draft.approval == ApprovalState.ASKED:
        raise QuoteRefused(explain(draft, by=by), code="approval_pending")
    if draft.approval not in (ApprovalState.NEEDED, ApprovalState.REFUSED):
        raise QuoteRefused(explain(draft, by=by), code=f"approval_{draft.approval}")
    approvers = approvers_of(by)
    if not approvers:
        raise QuoteRefused(
            _("Nobody can approve this discount. Ask an administrator to allow somebody to, or lower it."),
            code="nobody_can_approve",
        )
    draft.approval = ApprovalState.ASKED
    draft.save(update_fields=["approval", "updated_at"])
    draft.quote.save(update_fields=["updated_at"])
    change = record(draft.quote, QuoteChangeKind.APPROVAL_ASKED, revision=draft, by=by, reason=note.strip())
    _tell(approvers, draft, change)
    return draft


@transaction.atomic
def approve(revision: QuoteRevision, *, by: User, note: str = "", seen: QuoteRevision | None = None) -> QuoteRevision:
    """Approve the discounts of a draft, up to the per cent they come to now; who asked is told.

    ``seen`` is the draft as the approver read it: if its discounts rose since, nothing is approved
    (``discount_changed``). Refuses ``approval_not_permitted``, ``approval_not_needed``, ``approval_given``.
    """
    draft = _lock_undecided(revision, by)
    if seen is not None and seen.discount_from_list < draft.discount_from_list:
        sentence = _("The discounts rose from %(seen)s to %(now)s since you looked. Look again and decide.")
        labels = {"seen": show_percent(seen.discount_from_list), "now": show_percent(draft.discount_from_list)}
        raise QuoteRefused(sentence % labels, code="discount_changed")
    draft.approved_discount = draft.discount_from_list
    return _decide(draft, ApprovalState.GIVEN, QuoteChangeKind.APPROVED, by=by, note=note)


@transaction.atomic
def refuse_approval(revision: QuoteRevision, *, by: User, note: str) -> QuoteRevision:
    """Refuse the discounts of a draft, and say why; who asked is told. They can lower them or ask again.

    Refuses ``approval_not_permitted``, ``approval_not_needed``, ``approval_given``, ``refusal_needs_reason``.
    """
    draft = _lock_undecided(revision, by)
    if not note.strip():
        raise QuoteRefused(_("Say why you refuse, so that the next offer is better."), code="refusal_needs_reason")
    return _decide(draft, ApprovalState.REFUSED, QuoteChangeKind.REFUSED, by=by, note=note)


def _lock_draft(revision: QuoteRevision) -> QuoteRevision:
    draft = lock_revision(revision)
    check_not_over(draft.quote)
    if not draft.is_draft:
        sentence = _("%(quote)s was sent already; there is nothing to approve.")
        raise QuoteRefused(sentence % {"quote": draft.quote}, code="revision_sent")
    return draft


def _lock_undecided(revision: QuoteRevision, by: User) -> QuoteRevision:
    if not by.has_perm(APPROVE):
        names = ", ".join(str(user) for user in approvers_of(by))
        sentence = _("You can't approve discounts. %(names)s can.")
        raise QuoteRefused(sentence % {"names": names}, code="approval_not_permitted")
    draft = _lock_draft(revision)
    if draft.approval in (ApprovalState.NOT_NEEDED, ApprovalState.GIVEN):
        raise QuoteRefused(explain(draft, by=by), code=f"approval_{draft.approval}")
    return draft


def _decide(draft: QuoteRevision, state: ApprovalState, kind: QuoteChangeKind, *, by: User, note: str) -> QuoteRevision:
    draft.approval, draft.approved_by, draft.approval_note = state, by, note.strip()[:500]
    draft.save(update_fields=["approval", "approved_by", "approved_discount", "approval_note", "updated_at"])
    # A page of the quote that was read before is old now.
    draft.quote.save(update_fields=["updated_at"])
    change = record(draft.quote, kind, revision=draft, by=by, reason=note.strip())
    asked = draft.quote.changes.filter(kind=QuoteChangeKind.APPROVAL_ASKED, revision=draft.revision)
    last = asked.select_related("by").first()
    _tell({last.by if last and last.by else draft.quote.deal.owner}, draft, change)
    return draft


def _tell(people: Iterable[User], draft: QuoteRevision, change: QuoteChange) -> None:
    for user in people:
        if user == change.by:
            continue
        with translation.override(user.language):
            notify(
                user,
                key=f"quote_approval:{change.pk}",
                kind="quote_approval",
                title=_title(draft, change),
                body=change.reason,
                about=draft.quote,
                at=change.at,
            )


def _title(draft: QuoteRevision, change: QuoteChange) -> str:
    labels = {"name": change.by, "discount": show_percent(draft.discount_from_list), "quote": draft.quote}
    if change.kind == QuoteChangeKind.APPROVAL_ASKED:
        return _("%(name)s asks you to approve discounts of %(discount)s: %(quote)s") % labels
    if change.kind == QuoteChangeKind.APPROVED:
        return _("%(name)s approved discounts of %(discount)s: %(quote)s") % labels
    return _("%(name)s refused discounts of %(discount)s: %(quote)s") % labels
