"""The models that Tandem ships: made once, then the company's own.

Last touch on what was paid is shown first: it is the one that everybody understands and can check by hand, and paid
money is the only kind that nobody disputes. The others stand beside it.
"""

from django.utils.translation import gettext_noop

from campaigns.attribution.methods import Basis, Method
from campaigns.attribution.models import AttributionModel

SHIPPED = {
    Method.LAST: gettext_noop("Last touch"),
    Method.FIRST: gettext_noop("First touch"),
    Method.LINEAR: gettext_noop("Linear"),
    Method.POSITION: gettext_noop("Position-based (40/20/40)"),
    Method.DECAY: gettext_noop("Time decay"),
    Method.W_SHAPED: gettext_noop("W-shaped"),
    Method.MARKOV: gettext_noop("Markov (removal effect)"),
}


def ship_models() -> None:
    """Make the shipped models in a house that has none."""
    if AttributionModel.objects.exists():
        return
    for method, name in SHIPPED.items():
        AttributionModel.objects.create(name=name, method=method, basis=Basis.PAID, is_default=method == Method.LAST)
