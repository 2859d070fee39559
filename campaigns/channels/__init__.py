"""Channels: the ways on which marketing reaches people."""
