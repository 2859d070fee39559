"""Our own people: users, teams, roles, and who may see what."""
