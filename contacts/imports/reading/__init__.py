"""Turns an uploaded file into a header and a stream of numbered rows, whatever dialect or encoding it is in."""
