"""How dates are written in each language, in place of Django's own choice."""
