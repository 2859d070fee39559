"""The two addresses that load balancers and monitors ask."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.common.requests import RETRY_AFTER_SECONDS
from config.integrations.health import readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process lives; asks nobody else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer each part's state; 503 with Retry-After when database or broker is away."""
    state = readiness()
    body = {"status": "ready" if state.ready else "not ready", **state.parts}
    response = JsonResponse(body, status=200 if state.ready else 503)
    if not state.ready:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
