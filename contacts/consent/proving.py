"""Proofs of consent: how a contact stands to a purpose is what the newest row of the ledger says."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from contacts.consent.models import Consent, ConsentChange


def consents_follow_the_ledger() -> Iterator[Finding]:
    """Find consents that differ from the newest change of their contact and purpose, and changes without a consent."""
    same = Q(contact=OuterRef("contact"), purpose=OuterRef("purpose"))
    newer = ConsentChange.objects.filter(same).filter(
        Q(at__gt=OuterRef("change__at")) | Q(at=OuterRef("change__at"), pk__gt=OuterRef("change"))
    )
    of_others = ~Q(change__contact=F("contact")) | ~Q(change__purpose=F("purpose"))
    wrong = Consent.objects.filter(
        Exists(newer) | of_others | ~Q(is_given=F("change__is_given")) | Q(since__gt=F("change__at"))
    )
    for pk, change in wrong.order_by("pk").values_list("pk", "change").iterator():
        sentence = _("It follows change %(change)s, and that is not what the newest change of this purpose says.")
        yield Finding(Consent, pk, sentence % {"change": change})
    bare = ConsentChange.objects.filter(~Exists(Consent.objects.filter(same))).order_by("pk")
    for pk in bare.values_list("pk", flat=True).iterator():
        yield Finding(ConsentChange, pk, _("The contact has no consent for it, given or withdrawn."))


def register() -> None:
    """Register the check; called once when the app is ready."""
    register_check(
        "contacts.consents",
        gettext_lazy("What a contact allows is what the newest row of the consent ledger says"),
        consents_follow_the_ledger,
        count=ConsentChange.objects.count,
    )
