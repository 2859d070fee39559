"""Every signal that deals announces. Payloads hold ids and plain values; ``subject`` is the row it is about."""

from django.dispatch import Signal

from config.integrations.announcing import EventSignal

# Sent by deals.pipeline.
deal_opened = EventSignal("deals.deal_opened", provides={"stage": "id of the first stage"})
deal_moved = EventSignal("deals.deal_moved", provides={"from_stage": "id", "to_stage": "id"})
deal_won = EventSignal(
    "deals.deal_won", provides={"amount": "decimal as text", "currency": "code", "company": "id or null"}
)
deal_lost = EventSignal("deals.deal_lost", provides={"reason": "code of the reason"})
deal_reopened = EventSignal("deals.deal_reopened", provides={"reason": "why, in words", "from_outcome": "won or lost"})

# Sent by deals.quotes.
quote_sent = EventSignal("deals.quote_sent", provides={"revision": "number of the revision", "deal": "id"})
quote_accepted = EventSignal(
    "deals.quote_accepted",
    provides={"revision": "number", "deal": "id", "total": "decimal as text", "currency": "code"},
)
quote_declined = EventSignal("deals.quote_declined", provides={"revision": "number", "deal": "id"})
# Sent by deals.billing.
invoice_issued = EventSignal(
    "deals.invoice_issued",
    provides={"number": "as printed", "total": "decimal as text", "currency": "code", "deal": "id or null"},
)
credit_note_issued = EventSignal(
    "deals.credit_note_issued",
    provides={"number": "as printed", "total": "decimal as text", "currency": "code", "invoice": "id, as corrected"},
)
payment_received = EventSignal(
    "deals.payment_received", provides={"amount": "decimal as text", "currency": "code", "company": "id or null"}
)
invoice_paid = EventSignal("deals.invoice_paid", provides={"number": "as printed", "deal": "id or null"})
# Sent by deals.activities.
activity_planned = EventSignal("deals.activity_planned", provides={"deal": "id or null", "contact": "id or null"})
activity_done = EventSignal("deals.activity_done", provides={"deal": "id or null", "contact": "id or null"})

# Sent by deals.billing after commit for an issued document, its id as ``document``: its pages can be made. A nudge
# alone: the row is the truth, and the sweep finds what a crash lost.
pages_due = Signal()
