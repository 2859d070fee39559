"""What a deal does to the lifecycle of its people and its company, in the deal's own transaction."""

from datetime import datetime

from django.utils.translation import gettext as _

from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance_by_rule
from contacts.models import Company, Contact, Employment, User
from contacts.people.stages import LifecycleStage
from deals.pipeline.deal import Deal, Outcome


def follow_lifecycle(deal: Deal, *, by: User | None, at: datetime | None = None) -> None:
    """Make everybody in the deal an Opportunity, or a Customer once it is won. Losing moves nobody.

    The company is the deal's; for a deal without one, it is the primary employer of each of its people.
    """
    if deal.outcome == Outcome.LOST:
        return
    won = deal.outcome == Outcome.WON
    stage = LifecycleStage.CUSTOMER if won else LifecycleStage.OPPORTUNITY
    # The record says which deal, to whoever may see it; the words are read by everybody who sees the contact.
    cause = Cause(CauseKind.DEAL, _("A deal was won") if won else _("A deal was opened"), deal)
    # Always people before companies, each by id: two deals of the same people can't lock each other out.
    people = list(Contact.objects.filter(deal_parts__deal=deal).order_by("pk"))
    for subject in [*people, *_companies(deal, people)]:
        advance_by_rule(subject, to=stage, cause=cause, by=by, at=at, won=won)


def _companies(deal: Deal, people: list[Contact]) -> list[Company]:
    if deal.company_id is not None:
        return list(Company.objects.filter(pk=deal.company_id))
    primary = Employment.objects.present().filter(contact__in=people, is_primary=True)
    return list(Company.objects.filter(pk__in=primary.values("company")).order_by("pk"))
