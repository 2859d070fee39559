"""Where visitors come into an A/B test: each is sent on to their variant."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.experiments.assigning import enter
from campaigns.models import Experiment, Variant
from campaigns.views.links import looks_ahead, remember, visitor_key


@require_safe
def enter_test(request: HttpRequest, code: str) -> HttpResponse:
    """Send a visitor on to the link or form of their variant, always the same one."""
    experiment = Experiment.objects.select_related("campaign").filter(code=code).first()
    response: HttpResponse | None = None
    if experiment is not None:
        entered = enter(
            experiment,
            key=visitor_key(request),
            user_agent=request.headers.get("User-Agent", ""),
            is_meant=request.method == "GET" and not looks_ahead(request),
            now=timezone.now(),
        )
        if target := _target_of(entered.variant):
            response = HttpResponseRedirect(target)
            remember(response, entered.visitor)
    if response is None:
        response = render(request, "campaigns/public/no_link.html", status=404)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _target_of(variant: Variant | None) -> str:
    if variant is not None and variant.link is not None:
        return reverse("follow-link", args=[variant.link.code])
    if variant is not None and variant.form is not None:
        return reverse("form-page", args=[variant.form.slug])
    # Mails are sent to people, not visited.
    return ""
