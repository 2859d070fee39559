"""Re-exports the models of this slice."""

from deals.quotes.answer import QuoteAnswer, QuoteReading
from deals.quotes.history import QuoteChange, QuoteChangeKind
from deals.quotes.quote import Quote, QuoteState
from deals.quotes.revision import ApprovalState, QuoteLine, QuoteRevision, QuoteTax

__all__ = [
    "ApprovalState",
    "Quote",
    "QuoteAnswer",
    "QuoteChange",
    "QuoteChangeKind",
    "QuoteLine",
    "QuoteReading",
    "QuoteRevision",
    "QuoteState",
    "QuoteTax",
]
