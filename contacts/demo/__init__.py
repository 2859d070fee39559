"""The demo company's people: our staff, and the companies and contacts they know, in Indonesia and Viet Nam.

All names are invented. Addresses are under ``.example``, which nobody can own.
"""
