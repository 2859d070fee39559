"""Quotes: revisions that freeze when sent, approvals, and what the customer answered."""
