"""Commands that operators run."""
