"""Numbers in Indonesian: one ten, hundred or thousand is "se-", one million is "satu juta"."""

from deals.documents.spelling.coins import Coins

POINT = "koma"
JOINT = ""
CURRENCIES = {
    "IDR": Coins.alike("rupiah", "sen"),
    "VND": Coins.alike("dong Vietnam", "xu"),
    "USD": Coins.alike("dolar Amerika Serikat", "sen"),
    "EUR": Coins.alike("euro", "sen"),
    "KWD": Coins.alike("dinar Kuwait", "fils", decimals=3),
}
_ONES = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_SCALES = ((10**15, "kuadriliun"), (10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"))


def spell(number: int) -> str:
    """Return a whole number in words (1.001.100: "satu juta seribu seratus")."""
    words, rest = [], number
    for size, name in _SCALES:
        count, rest = divmod(rest, size)
        if count == 1 and name == "ribu":
            words.append("seribu")
        elif count:
            words += [_below_thousand(count), name]
    if rest or not words:
        words.append(_below_thousand(rest))
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    start = "seratus" if hundreds == 1 else f"{_ONES[hundreds]} ratus"
    return f"{start} {_below_hundred(rest)}" if rest else start


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _ONES[ones]
    if tens == 1:
        return {0: "sepuluh", 1: "sebelas"}.get(ones, f"{_ONES[ones]} belas")
    return f"{_ONES[tens]} puluh" + (f" {_ONES[ones]}" if ones else "")
