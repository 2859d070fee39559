"""Every signal that contacts announces. Payloads hold ids and plain values; ``subject`` is the record itself."""

from django.dispatch import Signal

from config.integrations.announcing import EventSignal

# Sent by contacts.lifecycle when a contact or company has been created and entered its first stage.
contact_added = EventSignal("contacts.contact_added", provides={"stage": "the first lifecycle stage"})
company_added = EventSignal("contacts.company_added", provides={"stage": "the first lifecycle stage"})

# Sent by contacts.lifecycle whenever a stage changed, forward or back.
lifecycle_changed = EventSignal(
    "contacts.lifecycle_changed",
    provides={
        "change": "id of the ledger's row",
        "from_stage": "stage left",
        "to_stage": "stage entered",
        "cause": "why, in words",
    },
)

# Sent by contacts.people when a record leaves or re-enters use.
subject_archived = EventSignal("contacts.archived", provides={"reason": "why, in words"})
subject_restored = EventSignal("contacts.restored", provides={})

# Sent by contacts.imports when an import ended, well or not.
import_finished = EventSignal(
    "contacts.import_finished", provides={"kind": "what was imported", "counts": "rows by outcome"}
)

# Sent by contacts.messages after commit when a message may leave at once, with its id as ``message``. A nudge alone:
# the row is the truth, and the sweep finds what a crash lost.
message_due = Signal()
