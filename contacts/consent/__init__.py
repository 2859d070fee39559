"""Consent: purposes with the versions of their text, the ledger of what people allowed, and how they stand now."""
