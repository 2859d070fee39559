"""The family of refusals: what the business says no to, with a stable code and a sentence that says what to do."""

from collections.abc import Mapping

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the business refused; nothing was changed.

    ``code`` is part of the contract with integrations (``deal_already_closed``), ``sentence`` is for people and tells
    the way round, ``facts`` are the plain values behind the refusal. The API answers 409, the admin shows the sentence.
    """

    code = "refused"

    def __init__(self, sentence: str | Promise, *, code: str | None = None, facts: Mapping[str, object] | None = None):
        super().__init__(str(sentence))
        self.sentence = str(sentence)
        self.code = code or self.code
        self.facts = dict(facts or {})


class Conflict(DomainError):
    """Somebody changed the row since the caller read it; read again and repeat."""

    code = "changed_meanwhile"
