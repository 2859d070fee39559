"""The private calendar feed: read by calendar programs, which know nothing but its address."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals.activities.calendar import feed, user_of


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a person's calendar; 404 for an address that was revoked, never was, or is of a disabled person."""
    user = user_of(token)
    if user is None:
        raise Http404(_("There is no calendar at this address."))
    body = feed(user)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = quote_etag(hashlib.sha256(body).hexdigest())
    # Nobody on the way keeps it, and no search engine lists it.
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Disposition"] = 'inline; filename="tandem.ics"'
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response
