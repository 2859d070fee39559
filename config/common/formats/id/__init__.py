"""Dates in Indonesian."""
