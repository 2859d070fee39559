"""Dates in Vietnamese."""
