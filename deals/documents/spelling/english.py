"""Numbers in English: hyphens between tens and ones, "and" before what is under a hundred, short scale."""

from deals.documents.spelling.coins import Coins

POINT = "point"
JOINT = "and"
CURRENCIES = {
    "IDR": Coins.alike("rupiah", "sen"),
    "VND": Coins.alike("dong", "xu"),
    "USD": Coins("US dollar", "US dollars", "cent", "cents"),
    "EUR": Coins("euro", "euros", "cent", "cents"),
    "KWD": Coins("Kuwaiti dinar", "Kuwaiti dinars", "fils", "fils", decimals=3),
}
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**15, "quadrillion"), (10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))


def spell(number: int) -> str:
    """Return a whole number in words (1,000,021: "one million and twenty-one")."""
    words, rest = [], number
    for size, name in _SCALES:
        count, rest = divmod(rest, size)
        if count:
            words += [_below_thousand(count), name]
    if rest or not words:
        words += ["and", _below_thousand(rest)] if words and rest < 100 else [_below_thousand(rest)]
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{_SMALL[hundreds]} hundred" + (f" and {_below_hundred(rest)}" if rest else "")


def _below_hundred(number: int) -> str:
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
