"""Which rows of documents and money are facts: frozen by triggers on both databases, behind the checks in code.

A migration that changes one of these tables begins with ``thaw(*FACTS)`` and ``RunPython(guarding.drop)`` and ends with
``freeze(*FACTS)`` and ``RunPython(guarding.create)``: SQLite can't rebuild them otherwise. A test looks that no trigger
was lost.
"""

from config.common.freezing import Frozen, FrozenPart

_SAME_NUMBER = "w.seller_id = NEW.seller_id AND w.kind = NEW.kind AND w.year = NEW.year AND w.sequence = NEW.sequence"
_SAME_QUOTE = "w.quote_id = NEW.quote_id AND w.kind = 'invoice' AND NEW.kind = 'invoice' AND NEW.state <> 'discarded'"
INVOICE = Frozen("deals_invoice", "{row}.issued_at IS NOT NULL", once=(_SAME_NUMBER, _SAME_QUOTE))
REVISION = Frozen(
    "deals_quoterevision",
    "{row}.sent_at IS NOT NULL",
    once=("w.quote_id = NEW.quote_id AND w.revision = NEW.revision",),
)
FACTS = (
    INVOICE,
    FrozenPart("deals_invoiceline", "document_id", INVOICE),
    FrozenPart("deals_invoicetax", "document_id", INVOICE),
    Frozen("deals_invoicechange"),
    REVISION,
    FrozenPart("deals_quoteline", "document_id", REVISION),
    FrozenPart("deals_quotetax", "document_id", REVISION),
    Frozen(
        "deals_quoteanswer",
        once=(
            "w.revision_id = NEW.revision_id",
            "w.quote_id = NEW.quote_id AND w.accepted AND NEW.accepted",
        ),
    ),
    Frozen(
        "deals_storedpdf",
        once=("w.document_type = NEW.document_type AND w.document_id = NEW.document_id",),
    ),
    Frozen("deals_refund"),
    Frozen("deals_dunningletter", once=("w.message_key = NEW.message_key",)),
    Frozen("deals_dunningitem", once=("w.invoice_id = NEW.invoice_id AND w.level = NEW.level",)),
)
