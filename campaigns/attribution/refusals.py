"""What attribution refuses."""

from config.common.errors import DomainError


class JourneysRefused(DomainError):
    """These journeys can't be reckoned with."""

    code = "journeys_refused"


class RunRefused(DomainError):
    """The model can't be run now."""

    code = "run_refused"
