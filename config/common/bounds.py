"""What a number or a day that somebody sends can be at most, whatever the database: larger ids, and days that overflow
in another time zone, are refused before they are asked for.
"""

LARGEST_ID = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2200


def is_id(text: str) -> bool:
    """Say whether a text is a number that a row may have as its id."""
    # More digits are not even read: that takes long.
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST_ID
