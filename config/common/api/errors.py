"""One shape for every error: ``{type, code, message, fields, request_id}``, also where no view was reached."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler, set_rollback

from config.common.errors import DomainError
from config.common.requests import RETRY_AFTER_SECONDS, is_collision, is_outage, request_id

log = structlog.get_logger(__name__)
PREFIX = "/api/"
WHOLE = api_settings.NON_FIELD_ERRORS_KEY

_TYPES = {
    400: "validation",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "refusal",
    412: "changed_meanwhile",
    413: "too_large",
    415: "unsupported_media_type",
    422: "key_reused",
    429: "throttled",
    503: "unavailable",
}


class ChangedMeanwhile(exceptions.APIException):
    """The caller's ``If-Match`` names a version that is no longer the present one, which the answer carries."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_meanwhile"

    def __init__(self, sentence: str, *, version: str, record: Any) -> None:
        super().__init__(sentence)
        self.version, self.record = version, record


class TooLarge(exceptions.APIException):
    """The body is larger than an address takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self) -> None:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        super().__init__(_("The body is larger than %(most)s bytes. Send it in parts.") % {"most": most})


def error_body(status_code: int, code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the one error shape. ``fields`` has a list of sentences for each path, such as ``lines.0.quantity``."""
    kind = _TYPES.get(status_code, "error")
    return {"type": kind, "code": code, "message": message, "fields": fields or {}, "request_id": request_id()}


def respond_to_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn anything a view raised into the one shape; unknown faults stay 500 and are logged by Django."""
    answer = _of_rule(error) or _of_database(error, context)
    if answer is not None:
        set_rollback()
        return answer
    return _of_request(error, context)


def _of_rule(error: Exception) -> Response | None:
    if isinstance(error, DomainError):
        body = error_body(409, error.code, error.sentence)
        if error.facts:
            body["facts"] = error.facts
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ProtectedError):
        message = _("Other records still refer to this one. Archive or retire it instead of deleting it.")
        return Response(error_body(409, "still_in_use", message), status=409)
    if isinstance(error, ChangedMeanwhile):
        body = error_body(412, error.default_code, str(error.detail))
        body["present"] = {"version": error.version, "record": error.record}
        return Response(body, status=412, headers={"ETag": error.version})
    return None


def _of_database(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, OperationalError) and is_outage(error):
        message = _("The database can't be reached just now. Nothing was changed; please try again in a few seconds.")
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return Response(error_body(503, "database_unavailable", message), status=503, headers=headers)
    if isinstance(error, OperationalError) and is_collision(error):
        message = _("Somebody changes the same records at this moment. Nothing was changed; repeat it in a second.")
        return Response(error_body(503, "busy", message), status=503, headers={"Retry-After": "1"})
    if isinstance(error, IntegrityError):
        log.warning("integrity_error", view=type(context.get("view")).__name__)
        message = _(
            "This would break a rule of the database, or somebody saved the same thing at the same moment. "
            "Read again and repeat."
        )
        return Response(error_body(409, "integrity", message), status=409)
    if isinstance(error, DataError):
        log.warning("data_error", view=type(context.get("view")).__name__)
        message = _("A value is outside of what can be stored. Nothing was changed.")
        return Response(error_body(400, "invalid", message), status=400)
    return None


def _of_request(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, (Http404, ObjectDoesNotExist)):
        error = exceptions.NotFound(_("There is no such record, or you may not see it."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {WHOLE: error.messages}
        error = exceptions.ValidationError(fields)
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        fields = _by_path(error.detail)
        message = next((sentences[0] for sentences in fields.values()), _("The request can't be understood."))
        response.data = error_body(response.status_code, "invalid", message, fields)
    else:
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else error.default_code
        response.data = error_body(response.status_code, code, str(error.detail))
    return response


def _by_path(detail: Any) -> dict[str, list[str]]:
    """Return nested errors as one level: the path of each faulty field with its sentences."""
    fields: dict[str, list[str]] = {}
    for path, sentence in _sentences(detail, ()):
        name = ".".join(part for part in path if part not in (WHOLE, NON_FIELD_ERRORS)) or WHOLE
        fields.setdefault(name, []).append(sentence)
    return fields


def _sentences(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _sentences(value, (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from _sentences(value, path if isinstance(value, str) else (*path, str(index)))
    else:
        yield path, str(detail)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer 404 in the one shape for addresses of the API that don't exist."""
    message = _("There is nothing at this address. Addresses of the API end in a slash.")
    return JsonResponse(error_body(404, "not_found", message), status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 to what Django refused before a view was reached (``handler400``)."""
    if not request.path.startswith(PREFIX):
        return defaults.bad_request(request, exception)
    return JsonResponse(error_body(400, "bad_request", _("The request can't be understood.")), status=400)
