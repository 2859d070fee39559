"""Numbers in Vietnamese, as schools teach them: mốt, tư and lăm after tens, linh and không trăm for empty places."""

from deals.documents.spelling.coins import Coins

POINT = "phẩy"
JOINT = "và"
CURRENCIES = {
    "IDR": Coins.alike("rupiah", "sen"),
    "VND": Coins.alike("đồng", "xu"),
    "USD": Coins.alike("đô la Mỹ", "xu"),
    "EUR": Coins.alike("euro", "xu"),
    "KWD": Coins.alike("dinar Kuwait", "fils", decimals=3),
}
_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}
_BILLION = 10**9


def spell(number: int) -> str:
    """Return a whole number in words (1.050.005: "một triệu không trăm năm mươi nghìn không trăm linh năm").

    Above a billion the count of billions is read as a number of its own ("một nghìn hai trăm tỷ"). Groups that are
    empty are not read.
    """
    billions, rest = divmod(number, _BILLION)
    if not billions:
        return _below_billion(rest, follows=False)
    return f"{spell(billions)} tỷ" + (f" {_below_billion(rest, follows=True)}" if rest else "")


def _below_billion(number: int, *, follows: bool) -> str:
    """Read three groups; the first that is read says its empty hundreds only if it follows something."""
    words: list[str] = []
    for size, name in ((10**6, "triệu"), (1000, "nghìn"), (1, "")):
        count, number = divmod(number, size)
        if count or (size == 1 and not words):
            words += [_below_thousand(count, full=follows or bool(words)), name]
    return " ".join(word for word in words if word)


def _below_thousand(number: int, *, full: bool) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [f"{_ONES[hundreds]} trăm"] if hundreds or full else []
    if tens > 1:
        words += [f"{_ONES[tens]} mươi", _AFTER_TENS.get(ones, _ONES[ones]) if ones else ""]
    elif tens == 1:
        words += ["mười", {0: "", 5: "lăm"}.get(ones, _ONES[ones])]
    elif ones or not words:
        words += ["linh" if words else "", _ONES[ones]]
    return " ".join(word for word in words if word)
