"""News of the house for the house and for others: events and their outbox, deliveries, the beat's heartbeat, health;
and the keys by which callers of the API repeat a request without doing it twice.

Owns: Event, Delivery, IdempotencyKey, Heartbeat. Announces: whatever the apps declare as ``EventSignal``.
Listens to: nothing.
"""
