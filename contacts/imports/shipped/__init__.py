"""The kinds that this app ships: users with their teams, companies, contacts."""
