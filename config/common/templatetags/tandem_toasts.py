"""What templates ask for about messages: those that stand a few seconds apart from the others."""

from typing import Any

from django import template
from django.template import Context

from config.common.admin.toasts import share_out

register = template.Library()


@register.simple_tag(takes_context=True)
def shared_out_messages(context: Context) -> dict[str, list[Any]]:
    """Share out the messages of the request: ``toasts`` and ``others``."""
    return share_out(context["request"])
