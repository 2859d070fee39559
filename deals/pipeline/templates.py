"""The two ways of selling that ship as data: six stages, and the eight steps of the classic sales process."""

from typing import NamedTuple

from django.utils.translation import gettext_noop


class Step(NamedTuple):
    """A stage of a template: name, probability in per cent, usual days, and whether only won deals are in it."""

    name: str
    probability: int
    days: int | None
    is_for_won: bool = False


class Template(NamedTuple):
    """A pipeline as it is shipped."""

    name: str
    steps: tuple[Step, ...]


SIX_STAGES, EIGHT_STEPS = "six-stages", "eight-steps"

TEMPLATES: dict[str, Template] = {
    SIX_STAGES: Template(
        gettext_noop("Sales"),
        (
            Step(gettext_noop("Identify, connect and meet"), 10, 10),
            Step(gettext_noop("Approach"), 20, 10),
            Step(gettext_noop("Present the product"), 40, 14),
            Step(gettext_noop("Quote and persuade"), 60, 14),
            Step(gettext_noop("Agree and close the order"), 80, 7),
            Step(gettext_noop("After-sale care"), 100, None, is_for_won=True),
        ),
    ),
    EIGHT_STEPS: Template(
        gettext_noop("Eight steps"),
        (
            Step(gettext_noop("Prospecting"), 5, 14),
            Step(gettext_noop("Connecting"), 10, 7),
            Step(gettext_noop("Qualifying"), 20, 7),
            Step(gettext_noop("Approaching"), 30, 7),
            Step(gettext_noop("Product demonstration"), 45, 14),
            Step(gettext_noop("Objection handling"), 60, 10),
            Step(gettext_noop("Closing"), 80, 7),
            Step(gettext_noop("Following up"), 100, None, is_for_won=True),
        ),
    ),
}

LOSS_REASONS: tuple[tuple[str, str], ...] = (
    ("price", gettext_noop("Too expensive")),
    ("competitor", gettext_noop("Bought from a competitor")),
    ("no-budget", gettext_noop("No budget")),
    ("no-need", gettext_noop("No need")),
    ("no-decision", gettext_noop("No decision")),
    ("no-answer", gettext_noop("No answer any more")),
    ("product-gap", gettext_noop("The product lacks something")),
    ("timing", gettext_noop("Wrong time")),
    ("unknown", gettext_noop("Not recorded")),
)
