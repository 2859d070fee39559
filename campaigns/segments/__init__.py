"""Segments: rules over contacts, compiled to one query; members with their dates; why somebody is in, or not."""
