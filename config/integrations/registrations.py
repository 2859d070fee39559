"""What integrations tells the floor when it is ready: where answers to repeated requests are kept, proofs."""

from config.common.api.idempotency import register_store
from config.integrations import proving
from config.integrations.keys import claim


def register() -> None:
    """Register everything; called once by ``ready``."""
    register_store(claim)
    proving.register()
