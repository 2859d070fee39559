"""Public pages of marketing: links, forms, tests."""
