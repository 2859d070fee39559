"""Adding to the catalogue of reasons for losing."""

from django.db import transaction
from django.utils.text import slugify

from deals.pipeline.pipelines import LossReason

LONGEST_CODE = 40


@transaction.atomic
def add_reason(name: str) -> LossReason:
    """Add a reason at the end of the catalogue; its code is made from its name."""
    last = LossReason.objects.order_by("-position").first()
    reason = LossReason(code=_free_code(name), name=name.strip(), position=last.position + 1 if last else 0)
    reason.full_clean()
    reason.save()
    return reason


def _free_code(name: str) -> str:
    base = slugify(name)[: LONGEST_CODE - 4] or "reason"
    taken = set(LossReason.objects.filter(code__startswith=base).values_list("code", flat=True))
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbered if code not in taken)
