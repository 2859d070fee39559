"""Two-step sign-in: a device that makes codes, confirmed by a code, removed by a code or reset by an administrator."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.common.errors import DomainError


class TwoStepRefused(DomainError):
    """A code was wrong, or came too soon after wrong ones."""

    code = "two_step_refused"


def confirmed_device(user: Any) -> TOTPDevice | None:
    """Return the device whose code signing in asks for; None for those who sign in with a password alone."""
    device: TOTPDevice | None = TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).first()
    return device


def begin(user: Any) -> TOTPDevice:
    """Return the user's device that waits for its first code, making one if there is none."""
    device, _made = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": user.email})
    return device


@transaction.atomic
def confirm(user: Any, code: str) -> TOTPDevice:
    """Switch two-step sign-in on: the code proves that the device is set up."""
    if confirmed_device(user):
        raise TwoStepRefused(_("Two-step sign-in is on already."), code="two_step_on")
    device = begin(user)
    check(device, code)
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return device


def remove(user: Any, code: str) -> None:
    """Switch two-step sign-in off; the code proves that it is the owner who asks."""
    device = confirmed_device(user)
    if device is None:
        raise TwoStepRefused(_("Two-step sign-in is off already."), code="two_step_off")
    check(device, code)
    reset(user)


def reset(user: Any) -> int:
    """Switch two-step sign-in off for somebody who lost their device; return how many devices were removed."""
    removed: int = TOTPDevice.objects.filter(user_id=user.pk).delete()[0]
    return removed


def check(device: TOTPDevice, code: str) -> None:
    """Accept a code once; refuse wrong ones, and any for a while after several wrong ones."""
    allowed, _why = device.verify_is_allowed()
    if not allowed:
        raise TwoStepRefused(_("Too many wrong codes. Wait a minute, then give the code that is shown then."))
    digits = "".join(code.split())
    if not digits.isascii() or not digits.isdigit() or not device.verify_token(digits):
        raise TwoStepRefused(_("This code is not right, or was used already. Give the code that your app shows now."))
