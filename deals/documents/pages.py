"""The printed pages of a document: made once from what was issued, kept with their hash, served as they are."""

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.db.models import Model

from deals.documents.priced import StoredPdf


def stored_pages(document: Model, make: Callable[[], bytes]) -> StoredPdf:
    """Return the pages of an issued document; the first call makes and keeps them, whoever calls at the same time.

    Pages follow from frozen rows only, so that two makers make the same; the first to be kept stays.
    """
    label = document._meta.label_lower
    kept: StoredPdf | None = StoredPdf.objects.filter(document_type=label, document_id=document.pk).first()
    if kept is not None:
        return kept
    content = make()
    with transaction.atomic():
        kept, _first = StoredPdf.objects.get_or_create(
            document_type=label,
            document_id=document.pk,
            defaults={"content": content, "sha256": hashlib.sha256(content).hexdigest()},
        )
    return kept


def is_intact(pages: StoredPdf) -> bool:
    """Say whether the pages are still those that were kept."""
    return hashlib.sha256(bytes(pages.content)).hexdigest() == pages.sha256
