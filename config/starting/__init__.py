"""How the house starts: an environment of its own, packages by the lock, then web, worker and beat, supervised.

What ``config.bootstrap`` needs is standard library only, since it runs before any package is there.
"""
