"""The API of this app: thin, one resource a module."""
