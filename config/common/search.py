"""Finding words without regard to case and accents, the same on both databases."""

import unicodedata
from typing import Any

from django.db import models

_STROKES = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """Return the text in lower case, without accents and with single spaces: ``Nguyễn  Đức`` becomes ``nguyen duc``."""
    lowered = text.casefold().translate(_STROKES)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return " ".join(plain.split())


class FoldedField(models.TextField[str, str]):
    """A column that follows other columns of its row, folded, so that they can be searched.

    Like ``auto_now``: it is computed whenever the row is saved, and in bulk writes too.
    """

    follows = True

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = of
        kwargs["editable"] = False
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep the source columns in migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["of"] = self.of
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Fold the source columns."""
        value = fold(" ".join(str(getattr(model_instance, name) or "") for name in self.of))
        setattr(model_instance, self.attname, value)
        return value
