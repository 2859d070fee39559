"""Settings for development, test and production; each states only how it differs from ``base``."""
