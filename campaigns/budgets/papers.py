"""The paper behind a cost: checked by its size and by its first bytes, and kept as it came."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from campaigns.budgets.document import CostDocument
from campaigns.budgets.models import Cost
from campaigns.budgets.refusing import BudgetRefused

MOST_MEGABYTES = 5
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
# What a file of each kind begins with; its name and what the browser says of it prove nothing.
_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
ACCEPTED = ".pdf,.png,.jpg,.jpeg"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as it came."""

    name: str
    content: bytes


def attach(cost: Cost, paper: Paper) -> CostDocument:
    """Keep the paper of a cost, in place of the one it had.

    Refuses ``document_empty``, ``document_too_large`` and ``document_type``: PDF, PNG and JPEG are kept.
    """
    media_type = check_paper(paper)
    name = PurePosixPath(paper.name.replace("\\", "/").replace("\x00", "")).name[:200] or "document"
    values = {"name": name, "media_type": media_type, "content": paper.content}
    document, _is_new = CostDocument.objects.update_or_create(cost=cost, defaults=values)
    return document


def check_paper(paper: Paper) -> str:
    """Return the media type of a paper that can be kept; refuse every other."""
    if not paper.content:
        raise BudgetRefused(_("The file is empty. Choose another one."), code="document_empty")
    if len(paper.content) > MOST_BYTES:
        sentence = _("The file is larger than %(most)s MB. Choose a smaller one.")
        raise BudgetRefused(sentence % {"most": MOST_MEGABYTES}, code="document_too_large")
    for beginning, media_type in _BEGINNINGS.items():
        if paper.content.startswith(beginning):
            return media_type
    raise BudgetRefused(_("Only PDF, PNG and JPEG files are kept here."), code="document_type")
