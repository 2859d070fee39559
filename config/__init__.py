"""Settings and the floor that the apps share. Names apps only in strings and imports none of them.

Imports nothing itself: ``manage.py`` reads ``config.bootstrap`` with a Python that has no package installed yet.
"""
