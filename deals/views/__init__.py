"""Public pages of deals: what customers and programs reach without signing in."""
