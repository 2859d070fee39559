"""Qualification: who becomes an MQL by a plan's rule, and an SQL when a rep accepts."""
