"""The lifecycle: its ledger, and the only functions that change a stage."""
