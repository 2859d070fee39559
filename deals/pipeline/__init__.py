"""Pipelines, their stages, deals, and the only functions that move a deal."""
