"""How languages say numbers and currencies: a module for each language, all of one shape.

Each has ``spell`` (a whole number up to 10¹⁵), ``POINT`` (how the decimal sign is read), ``JOINT`` (what stands
between a currency and its small coins) and ``CURRENCIES``.
"""
