"""How records get in from files: reading, mapping, checking, and writing in chunks that survive a crash."""
