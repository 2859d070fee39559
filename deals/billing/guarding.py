"""The triggers that keep money from being given twice, for both databases; a migration creates them.

What is allocated to an invoice and credited on it never exceeds it; what is allocated of a payment and paid back never
exceeds the payment; what a row says of an amount, a currency or a party never changes; an allocation is taken back
once.
They stand behind the functions of this slice, and lock what they add up.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# SQLite adds in binary; half of the smallest unit that is stored is no money.
_SLACK = "0.0005"

_ALLOCATED = "(SELECT COALESCE(SUM(amount), 0) FROM deals_allocation WHERE {key} = {id} AND taken_back_at IS NULL)"
_REFUNDED = "(SELECT COALESCE(SUM(amount), 0) FROM deals_refund WHERE payment_id = {id})"
_CREDITED = """(SELECT COALESCE(SUM(total), 0) FROM deals_invoice
                WHERE credits_id = {id} AND issued_at IS NOT NULL AND id <> {but})"""
_TOTAL = "(SELECT total FROM deals_invoice WHERE id = {id} AND kind = 'invoice' AND issued_at IS NOT NULL)"
_PAYMENT = "(SELECT amount FROM deals_payment WHERE id = {id} AND voided_at IS NULL)"

_PARTIES = ("currency_id", "seller_id", "company_id", "contact_id")
_OVER_INVOICE = "This is more than is open on the invoice."
_OVER_PAYMENT = "This is more than is left of the payment."
_FIXED = "What was paid is a fact; take it back or void it."
_CURRENCY = "Payment and invoice are in two currencies."


def create(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers in the words of the connected database; those that are there already are replaced."""
    drop(apps, editor)
    for statement in _postgres() if editor.connection.vendor == "postgresql" else _sqlite():
        editor.execute(statement, params=None)


def drop(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them."""
    for table, rules in _rules().items():
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP FUNCTION IF EXISTS {table}_guarded() CASCADE")
        else:
            for place, (event, *_rest) in enumerate(rules):
                editor.execute(f"DROP TRIGGER IF EXISTS {table}_guarded_{place}_{event.lower()}")


def _rules() -> dict[str, list[tuple[str, str, str]]]:
    """Return by table what is refused: the event, the condition, the sentence."""
    return {
        "deals_allocation": [
            ("INSERT", _too_much_for_invoice("NEW.invoice_id", "NEW.amount", "0"), _OVER_INVOICE),
            ("INSERT", _too_much_of_payment("NEW.payment_id", "NEW.amount"), _OVER_PAYMENT),
            ("INSERT", _two_currencies(), _CURRENCY),
            ("INSERT", _exists("deals_allocation"), _FIXED),
            ("UPDATE", _changed("id", "amount", "payment_id", "invoice_id"), _FIXED),
            ("UPDATE", "OLD.taken_back_at IS NOT NULL", _FIXED),
            ("DELETE", "1 = 1", _FIXED),
        ],
        "deals_refund": [("INSERT", _too_much_of_payment("NEW.payment_id", "NEW.amount"), _OVER_PAYMENT)],
        "deals_payment": [
            ("INSERT", _exists("deals_payment"), _FIXED),
            ("UPDATE", _changed("id", "external_id", "amount", *_PARTIES), _FIXED),
            ("UPDATE", "OLD.voided_at IS NOT NULL", _FIXED),
            ("UPDATE", f"NEW.voided_at IS NOT NULL AND {_used('NEW.id')} > 0", _OVER_PAYMENT),
            ("DELETE", "1 = 1", _FIXED),
            ("INSERT", _same_external_id(), _FIXED),
        ],
        "deals_invoice": [("UPDATE", _credits_too_much(), _OVER_INVOICE)],
    }  # fmt: skip


def _credits_too_much() -> str:
    becomes_fact = "NEW.credits_id IS NOT NULL AND NEW.issued_at IS NOT NULL AND OLD.issued_at IS NULL"
    return f"{becomes_fact} AND {_too_much_for_invoice('NEW.credits_id', 'NEW.total', 'NEW.id')}"


def _too_much_for_invoice(invoice: str, more: str, credit_note: str) -> str:
    paid, credited = _ALLOCATED.format(key="invoice_id", id=invoice), _CREDITED.format(id=invoice, but=credit_note)
    return f"COALESCE({_TOTAL.format(id=invoice)}, 0) + {_SLACK} < {more} + {paid} + {credited}"


def _too_much_of_payment(payment: str, more: str) -> str:
    return f"COALESCE({_PAYMENT.format(id=payment)}, 0) + {_SLACK} < {more} + {_used(payment)}"


def _used(payment: str) -> str:
    return f"({_ALLOCATED.format(key='payment_id', id=payment)} + {_REFUNDED.format(id=payment)})"


def _two_currencies() -> str:
    invoice = "SELECT currency_id FROM deals_invoice WHERE id = NEW.invoice_id"
    return f"({invoice}) <> (SELECT currency_id FROM deals_payment WHERE id = NEW.payment_id)"  # noqa: S608


def _exists(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} AS w WHERE w.id = NEW.id)"  # noqa: S608


def _same_external_id() -> str:
    """Return the condition that a payment would take the place of another one (INSERT OR REPLACE)."""
    known = "SELECT 1 FROM deals_payment AS w WHERE w.external_id = NEW.external_id"
    return f"NEW.external_id <> '' AND EXISTS ({known})"


def _changed(*columns: str) -> str:
    """Return the condition that a column changes, null or not."""
    differs = (f"(NEW.{name} <> OLD.{name} OR (NEW.{name} IS NULL) <> (OLD.{name} IS NULL))" for name in columns)
    return f"({' OR '.join(differs)})"


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_guarded_{place}_{event.lower()} BEFORE {event} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        for table, rules in _rules().items()
        for place, (event, condition, sentence) in enumerate(rules)
    ]


# What is locked before it is added up, in one order: the invoice, then the payment.
_LOCKS = {
    "deals_allocation": [
        ("INSERT", "deals_invoice", "NEW.invoice_id"),
        ("INSERT", "deals_payment", "NEW.payment_id"),
    ],
    "deals_refund": [("INSERT", "deals_payment", "NEW.payment_id")],
    "deals_payment": [],
    "deals_invoice": [("UPDATE", "deals_invoice", "NEW.credits_id")],
}  # fmt: skip


def _postgres() -> list[str]:
    statements = []
    for table, rules in _rules().items():
        body = "".join(
            f"  IF TG_OP = '{event}' THEN PERFORM 1 FROM {locked} WHERE id = {row} FOR NO KEY UPDATE; END IF;\n"
            for event, locked, row in _LOCKS[table]
        )
        body += "".join(
            f"  IF TG_OP = '{event}' THEN IF {condition} THEN RAISE EXCEPTION '{sentence}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; END IF;\n"
            for event, condition, sentence in rules
        )
        statements += [
            f"CREATE FUNCTION {table}_guarded() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{body}"
            "  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;\nEND $$",
            f"CREATE TRIGGER {table}_guarded BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_guarded()",
        ]
    return statements
