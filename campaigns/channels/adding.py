"""Adding a channel of one's own: its code is made from the name and then stays, since links and imports say it."""

from campaigns.channels.models import Channel

LONGEST = 40


def free_code(wished: str) -> str:
    """Return a code like the one wished for that no channel has."""
    base = (wished or "channel")[: LONGEST - 4]
    taken = set(Channel.objects.filter(code__startswith=base).values_list("code", flat=True))
    if base not in taken:
        return base
    return next(code for number in range(2, len(taken) + 3) if (code := f"{base}-{number}") not in taken)
