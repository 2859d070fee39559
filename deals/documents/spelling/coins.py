"""What a currency and its small coin are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coins:
    """The names of one currency in one language: of one and of many, of its coins, and how many decimals those are."""

    one: str
    many: str
    small_one: str
    small_many: str
    decimals: int = 2

    @classmethod
    def alike(cls, name: str, small: str, decimals: int = 2) -> "Coins":
        """Return names that don't change with their number."""
        return cls(name, name, small, small, decimals)

    def named(self, number: int) -> str:
        """Return the currency's name beside a number."""
        return self.one if number == 1 else self.many

    def small_named(self, number: int) -> str:
        """Return the coin's name beside a number."""
        return self.small_one if number == 1 else self.small_many
