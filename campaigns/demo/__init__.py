"""The marketing part of the demo company."""
