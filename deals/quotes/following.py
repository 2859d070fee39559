"""What an answer does to the deal, and who of us is told."""

from django.utils import translation
from django.utils.translation import gettext as _

from config.common.money import show_money
from contacts.messages.queueing import notify
from contacts.models import User
from deals.pipeline.models import Deal, Stage
from deals.pipeline.moving import move, win
from deals.policy.models import AfterAcceptance, SalesPolicy
from deals.quotes.answer import QuoteAnswer
from deals.quotes.quote import Quote
from deals.quotes.revision import QuoteRevision


def follow_acceptance(revision: QuoteRevision) -> str:
    """Move the deal as the sales policy says, by its owner, and say what became of it; one that is closed stays.

    The deal's lines and amount stay too: they are the owner's own reckoning. A difference is told.
    """
    quote = revision.quote
    # Locked before it is looked at: a deal that a colleague closes at this moment is closed, or waits.
    Deal.objects.select_for_update().filter(pk=quote.deal_id).values_list("pk").get()
    deal = Deal.objects.select_related("owner", "currency", "pipeline").get(pk=quote.deal_id)
    # The page that brought the answer speaks the customer's language; what is written down, the owner's.
    with translation.override(deal.owner.language):
        said = [_follow(deal, quote), _difference(deal, revision)]
    return " ".join(each for each in said if each)


def tell_colleagues(answer: QuoteAnswer, consequence: str = "") -> None:
    """Ring the bells of the deal's owner and of who sent the quote, but not of who recorded the answer."""
    quote, revision = answer.quote, answer.revision
    people: dict[int, User] = {user.pk: user for user in (quote.deal.owner, revision.sent_by) if user is not None}
    for user in people.values():
        if user.pk == answer.recorded_by_id:
            continue
        with translation.override(user.language):
            notify(
                user,
                key=f"quote_answer:{answer.pk}",
                kind="quote_accepted" if answer.accepted else "quote_declined",
                title=_title(answer),
                body=consequence if answer.accepted else answer.reason,
                about=quote,
                at=answer.at,
            )


def _follow(deal: Deal, quote: Quote) -> str:
    reason = _("The customer accepted quote %(number)s.") % {"number": quote.number}
    labels = {"deal": deal, "outcome": deal.get_outcome_display().lower(), "day": deal.closed_on}
    after = SalesPolicy.objects.current().after_acceptance
    if not deal.is_open:
        return _("“%(deal)s” was %(outcome)s on %(day)s already and stays so.") % labels
    if after == AfterAcceptance.WIN:
        win(deal, by=deal.owner, reason=reason)
        return _("“%(deal)s” is won.") % labels
    last = Stage.objects.usable().filter(pipeline=deal.pipeline, is_for_won=False).order_by("-position", "-pk").first()
    if after == AfterAcceptance.STAY or last is None or last.pk == deal.stage_id:
        return _("“%(deal)s” stays in its stage.") % labels
    move(deal, last, by=deal.owner, reason=reason)
    return _("“%(deal)s” moved to “%(stage)s”.") % {**labels, "stage": last}


def _difference(deal: Deal, revision: QuoteRevision) -> str:
    if deal.currency_id == revision.currency_id and deal.amount == revision.net:
        return ""
    labels = {
        "net": show_money(revision.net, revision.currency_id, revision.currency.minor_units),
        "amount": show_money(deal.amount, deal.currency_id, deal.currency.minor_units),
    }
    return _("The quote comes to %(net)s without tax, and the deal to %(amount)s.") % labels


def _title(answer: QuoteAnswer) -> str:
    labels = {"name": answer.name, "quote": answer.quote, "deal": answer.quote.deal}
    if answer.accepted:
        return _("%(name)s accepted quote %(quote)s: %(deal)s") % labels
    return _("%(name)s declined quote %(quote)s: %(deal)s") % labels
