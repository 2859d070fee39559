"""The API's window on events."""
