"""Segments in the admin: the list, the builder of rules, members, picks by hand, refreshes, and why somebody is in."""
