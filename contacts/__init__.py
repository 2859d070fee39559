"""Whom both departments know: our own people, contacts and companies, their lifecycle, the
messages that leave, and how they get in by import.

Owns: User, Team, Role; Contact, Company, Employment, Note; LifecycleChange; Message, Notification; Import.
Announces: see ``signals``. Listens to: nothing (it knows no other app). Offers registries to the apps above:
visibility grounds, timeline sources, guards of messages, import kinds.
"""
