"""Taking products out of the catalogue and back."""

from collections.abc import Iterable

from django.db import transaction

from deals.catalogue.models import Product


@transaction.atomic
def set_active(products: Iterable[Product], *, active: bool) -> int:
    """Let products be sold, or no longer. Deals keep the lines they have. Returns how many changed."""
    changed = [product for product in products if product.is_active != active]
    for product in changed:
        product.is_active = active
        product.save(update_fields=["is_active", "updated_at"])
    return len(changed)
