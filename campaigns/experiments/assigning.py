"""Who gets which variant: chosen by a keyed hash, so that the same one gets the same, and stored once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from campaigns.capture.bots import is_bot
from campaigns.capture.following import visitor_of
from campaigns.capture.touch import Visitor
from campaigns.experiments.counting import variants_of
from campaigns.experiments.experiment import Experiment, ExperimentState
from campaigns.experiments.parts import Assignment, Variant
from campaigns.experiments.refusing import ExperimentRefused
from contacts.models import Contact

log = structlog.get_logger(__name__)
_SALT = "campaigns.experiments"


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody who came is shown, and who they are if they take part."""

    variant: Variant | None
    visitor: Visitor | None = None


def enter(experiment: Experiment, *, key: str, user_agent: str, is_meant: bool, now: datetime) -> Entered:
    """Return what a visitor with a cookie's key is shown. Programs, and pages fetched ahead, take no part.

    Whatever happens to the counting, the visitor gets to see something.
    """
    if experiment.state == ExperimentState.RUNNING and is_meant and not is_bot(user_agent):
        try:
            with transaction.atomic():
                visitor = visitor_of(key, now)
                return Entered(assign_visitor(experiment, visitor, now), visitor)
        except DatabaseError as error:
            log.warning("visitor_not_assigned", experiment=experiment.pk, error=type(error).__name__)
    return Entered(variant_without_test(experiment))


def assign_visitor(experiment: Experiment, visitor: Visitor, now: datetime) -> Variant:
    """Return the visitor's variant, chosen now if they had none. Called for a running experiment."""
    rows = Assignment.objects.select_related("variant").filter(experiment=experiment, visitor=visitor)
    known: Assignment | None = rows.first()
    if known is not None:
        return known.variant
    chosen = choose(experiment, variants_of(experiment), f"visitor:{visitor.key}")
    try:
        with transaction.atomic():
            Assignment.objects.create(experiment=experiment, variant=chosen, visitor=visitor, at=now)
    except IntegrityError:
        # The same browser came twice at once; the hash gave both the same.
        stored: Assignment = rows.get()
        return stored.variant
    return chosen


def assign_contacts(experiment: Experiment, contacts: Iterable[Contact]) -> dict[int, Variant]:
    """Return the variant of each contact by id, chosen now for those who had none: for mails.

    Refuses ``experiment_not_running`` when somebody is to be assigned anew.
    """
    ids = [contact.pk for contact in contacts]
    variants = variants_of(experiment)
    known = _known(experiment, ids)
    missing = [pk for pk in ids if pk not in known]
    if missing:
        check_running(experiment)
        now = timezone.now()
        rows = [
            Assignment(
                experiment=experiment, variant=choose(experiment, variants, f"contact:{pk}"), contact_id=pk, at=now
            )
            for pk in missing
        ]
        Assignment.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        known = _known(experiment, ids)
    by_id = {variant.pk: variant for variant in variants}
    return {pk: by_id[known[pk]] for pk in ids}


def variant_without_test(experiment: Experiment) -> Variant | None:
    """Return what is shown to whoever takes no part (bots, and all once it is over): the chosen one, or the control."""
    variants = variants_of(experiment)
    chosen = [each for each in variants if each.pk == experiment.winner_id]
    return next(iter([*chosen, *variants]), None)


def choose(experiment: Experiment, variants: Sequence[Variant], who: str) -> Variant:
    """Return the variant of ``who``, by a hash that only we can reckon, in proportion to the weights."""
    digest = salted_hmac(_SALT, f"{experiment.pk}:{who}", algorithm="sha256").digest()
    place = int.from_bytes(digest[:8], "big") % sum(variant.weight for variant in variants)
    for variant in variants:
        place -= variant.weight
        if place < 0:
            return variant
    return variants[-1]


def check_running(experiment: Experiment) -> None:
    """Refuse to take somebody into a test that doesn't run."""
    if experiment.state != ExperimentState.RUNNING:
        sentence = _("“%(test)s” is not running, so nobody new takes part. Start it first, or send the chosen variant.")
        raise ExperimentRefused(sentence % {"test": experiment}, code="experiment_not_running")


def _known(experiment: Experiment, ids: list[int]) -> dict[int, int]:
    rows = Assignment.objects.filter(experiment=experiment, contact__in=ids)
    return dict(rows.values_list("contact_id", "variant_id"))
