"""Capture: tracked links, public forms, and touches: every dated contact between a campaign and a person."""
