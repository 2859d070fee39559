"""Contacts, companies, who works where, notes, and the timeline that apps above add to."""
