"""What one does to a deal from its page or the board: each checks nothing but its form and calls one function."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from contacts.admin.typed import TypedField, check_typed, contact_for
from deals.admin.answering import Done, newest_step, verb
from deals.admin.reading import as_id, text_of
from deals.models import Deal, DealContact, LossReason, Stage
from deals.pipeline import moving
from deals.pipeline.deal import BuyingRole
from deals.pipeline.editing import add_person, remove_person
from deals.pipeline.noting import add_note
from deals.pipeline.undoing import undo as undo_step

CHANGE = "deals.change_deal"


@verb(CHANGE)
def move(request: HttpRequest, deal: Deal) -> Done:
    """Move to the stage ``stage``, unless the deal has left ``seen_stage`` meanwhile."""
    return _move(request, deal, request.POST.get("stage", ""))


@verb(CHANGE)
def win(request: HttpRequest, deal: Deal) -> Done:
    """Win."""
    return _win(request, deal)


@verb(CHANGE)
def lose(request: HttpRequest, deal: Deal) -> Done:
    """Lose for the reason ``reason``, perhaps with a ``note``."""
    return _lose(request, deal, request.POST.get("reason", ""))


@verb(CHANGE)
def reopen(request: HttpRequest, deal: Deal) -> Done:
    """Open again for the reason ``reason``."""
    deal = moving.reopen(deal, reason=text_of(request, "reason"), by=_user(request))
    return Done(_("“%(deal)s” is open again, in “%(stage)s”.") % {"deal": deal, "stage": deal.stage})


@verb(CHANGE)
def place(request: HttpRequest, deal: Deal) -> Done:
    """Do what the select of the board without JavaScript says: ``s5`` a stage, ``won``, ``l3`` lost for a reason."""
    to = request.POST.get("to", "")
    if to == "won":
        return _win(request, deal)
    return _lose(request, deal, to[1:]) if to.startswith("l") else _move(request, deal, to.removeprefix("s"))


@verb(CHANGE)
def undo(request: HttpRequest, deal: Deal) -> Done:
    """Take the step ``change`` back."""
    deal = undo_step(deal, as_id(request.POST.get("change", "")), by=_user(request))
    return Done(_("Taken back: “%(deal)s” is in “%(stage)s”.") % {"deal": deal, "stage": deal.stage})


@verb("deals.add_dealnote")
def note(request: HttpRequest, deal: Deal) -> Done:
    """Write a note."""
    add_note(deal, request.POST.get("body", ""), by=_user(request))
    return Done(_("Noted."))


@verb("deals.add_dealcontact")
def put_person(request: HttpRequest, deal: Deal) -> Done:
    """Add a person by name, made if new, with a buying role."""
    user = _user(request)
    field = TypedField("contact", label="", required=True)
    field.error_messages["required"] = _("Type the name of a person.")
    typed = field.clean(field.widget.value_from_datadict(request.POST, {}, "person"))
    role = request.POST.get("role", "")
    if role not in BuyingRole.values:
        raise ValidationError(_("Choose one of the buying roles."))
    check_typed(typed, user, "contact")
    contact = contact_for(typed, by=user, owner=deal.owner, company=deal.company)
    assert contact is not None  # noqa: S101  a name was typed
    add_person(deal, contact, by=user, role=role)
    return Done(_("%(name)s takes part in the deal.") % {"name": contact})


@verb("deals.delete_dealcontact")
def take_person(request: HttpRequest, deal: Deal) -> Done:
    """Take a person out of the deal."""
    part = (
        DealContact.objects.filter(deal=deal, pk=as_id(request.POST.get("part", ""))).select_related("contact").first()
    )
    if part is None:
        raise ValidationError(_("This person is not part of the deal any more."))
    remove_person(deal, part.contact, by=_user(request))
    return Done(_("%(name)s is no longer part of the deal.") % {"name": part.contact})


def _move(request: HttpRequest, deal: Deal, wanted: str) -> Done:
    stage = Stage.objects.filter(pk=as_id(wanted)).select_related("pipeline").first()
    if stage is None:
        raise ValidationError(_("Choose a stage."))
    seen = request.POST.get("seen_stage", "")
    deal = moving.move(deal, stage, by=_user(request), seen_stage=as_id(seen) if seen else None)
    return Done(_("“%(deal)s” moved to “%(stage)s”.") % {"deal": deal, "stage": stage}, newest_step(deal))


def _win(request: HttpRequest, deal: Deal) -> Done:
    deal = moving.win(deal, by=_user(request))
    return Done(_("“%(deal)s” is won.") % {"deal": deal}, newest_step(deal))


def _lose(request: HttpRequest, deal: Deal, wanted: str) -> Done:
    reason = LossReason.objects.filter(pk=as_id(wanted)).first()
    if reason is None:
        raise ValidationError(_("Say why the deal is lost: choose a reason."))
    deal = moving.lose(deal, reason=reason, note=text_of(request, "note"), by=_user(request))
    return Done(_("“%(deal)s” is lost: %(reason)s.") % {"deal": deal, "reason": reason}, newest_step(deal))


def _user(request: HttpRequest) -> Any:
    return request.user
