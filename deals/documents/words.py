"""Amounts of money in words, as invoices of Indonesia (Terbilang) and Viet Nam (Bằng chữ) carry them."""

from decimal import Decimal

from config.common.money import round_to
from deals.documents.spelling import english, indonesian, vietnamese

LARGEST = 10**15
_LANGUAGES = {"en": english, "id": indonesian, "vi": vietnamese}


def amount_in_words(amount: Decimal, currency: str, minor_units: int, language: str) -> str:
    """Return the amount in words with the name of its currency, beginning with a capital letter.

    Small coins are named where the currency has them ("… US dollars and five cents"); otherwise decimals are read digit
    by digit. A currency without a name in the language is called by its code, and English is spoken where the language
    isn't known. Raises ``ValueError`` for amounts below zero or above 10¹⁵.
    """
    rounded = round_to(amount, minor_units)
    if not 0 <= rounded <= LARGEST:
        raise ValueError("Amounts in words are from zero to a quadrillion.")
    spoken = _LANGUAGES.get(language.partition("-")[0], english)
    units, part = divmod(int(rounded.scaleb(minor_units)), 10**minor_units)
    coins = spoken.CURRENCIES.get(currency)
    words = [spoken.spell(units)]
    if part and not (coins and coins.decimals == minor_units):
        words += [spoken.POINT, *(spoken.spell(int(digit)) for digit in f"{part:0{minor_units}}")]
        words.append(coins.many if coins else currency)
    else:
        words.append(coins.named(units) if coins else currency)
        if part and coins:
            words += [spoken.JOINT, spoken.spell(part), coins.small_named(part)]
    sentence = " ".join(word for word in words if word)
    return sentence[:1].upper() + sentence[1:]
