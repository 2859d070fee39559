"""Marketing in the API."""
