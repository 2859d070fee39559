"""The two questions that a plan answers before anything is spent, with the evidence as it stands on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from campaigns.plans.strategy import PlanAnswer, Question
from campaigns.research.models import Finding


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding behind an answer, and whether it holds on the day."""

    finding: Finding
    holds: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the plan's answer to it, if there is one."""

    question: Question
    answer: PlanAnswer | None
    evidence: list[Evidence]

    @property
    def holding(self) -> int:
        """How many findings hold on the day."""
        return sum(1 for each in self.evidence if each.holds)

    @property
    def doubt(self) -> str:
        """Why the answer can't be relied on; empty if it can."""
        if self.answer is None:
            return _("Nobody has answered this yet.")
        if not self.evidence:
            return _("This is an opinion: no finding stands behind it.")
        if not self.holding:
            return _("All evidence has expired. Ask the market again.")
        return ""


def questions_of(answers: Sequence[PlanAnswer], day: date) -> list[Asked]:
    """Return both questions with what the given answers say; findings should be prefetched with their studies."""
    given = {answer.question: answer for answer in answers}
    return [_asked(question, given.get(question), day) for question in Question]


def _asked(question: Question, answer: PlanAnswer | None, day: date) -> Asked:
    findings = [] if answer is None else list(answer.findings.all())
    return Asked(question, answer, [Evidence(finding, finding.holds_on(day)) for finding in findings])
