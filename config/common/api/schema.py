"""How the API describes itself: the one error shape on every operation, versions, keys, and verbs that
answer 200."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from config.common.api.authentication import TokenScheme
from config.common.api.idempotency import HEADER, LONGEST_KEY, REPLAYED

__all__ = ["ErrorSerializer", "TandemSchema", "TokenScheme", "verb"]
Direction = Literal["request", "response"]
Method = TypeVar("Method", bound=Callable[..., Any])

_CHANGING = ("POST", "PUT", "PATCH")
_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the version that you read. If the record has changed since, the answer is 412.",
)
_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    OpenApiParameter.HEADER,
    description=(
        "A name of your own for this request, such as a UUID, so that it can be sent again after a broken connection: "
        "for 24 hours the same key with the same body is answered as the first time, and nothing is done twice."
    ),
)
_REPLAYED = OpenApiParameter(
    REPLAYED,
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=[200, 201, 204],
    description="There where this is the answer to an earlier request with the same `Idempotency-Key`.",
)
_ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="The version of the record."
)


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error of this API."""

    type = serializers.CharField(help_text="The kind of error, one for each HTTP status.")
    code = serializers.CharField(help_text="A stable code to react to, such as `deal_closed`.")
    message = serializers.CharField(help_text="A sentence for people that says what to do.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Sentences by the path of the field at fault, such as `lines.0.quantity`.",
    )
    request_id = serializers.CharField(help_text="Also in the `X-Request-ID` header and in our logs.")
    facts = serializers.DictField(required=False, help_text="409: the plain values behind a refusal.")
    present = serializers.DictField(required=False, help_text="412: `version` and `record` as they are now.")


class TandemSchema(AutoSchema):
    """Adds to what the views say themselves."""

    def get_override_parameters(self) -> list[Any]:
        """Add the version's headers where single records are read and changed, and the key of what is sent twice."""
        parameters = [*super().get_override_parameters(), *([_KEY, _REPLAYED] if self.method == "POST" else [])]
        if not hasattr(self.view, "check_version") or not self._shows_a_row():
            return parameters
        on_one_row = self.method in _CHANGING and getattr(self.view, "action", "") != "create"
        return [*parameters, _ETAG, *([_IF_MATCH] if on_one_row else [])]

    def _shows_a_row(self) -> bool:
        action = getattr(self.view, "action", "")
        return action != "list" and (self.method != "GET" or action == "retrieve")

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        for parameter in parameters:
            if parameter["schema"].get("pattern", "").startswith("^[0-9]"):
                parameter["schema"] = {"type": "integer"}
        return parameters

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        error = self.resolve_serializer(ErrorSerializer(), "response").ref
        for code, words in self._error_codes().items():
            content = {"application/json": {"schema": error}}
            bodies.setdefault(code, {"content": content, "description": words})
        return bodies

    def _error_codes(self) -> dict[str, str]:
        on_one_row = "{" in self.path
        codes = {
            "400": "The input can't be understood; `fields` says where.",
            "401": "No token, or one that is wrong, expired or of a disabled user.",
            "403": "The role lacks the permission.",
        }
        if on_one_row:
            codes["404"] = "There is no such record, or you may not see it."
        if self.method in _CHANGING:
            codes["409"] = "A rule of the business refused; `code` says which."
            codes["415"] = "The body is no JSON."
            if on_one_row and hasattr(self.view, "check_version"):
                codes["412"] = "Somebody changed the record since you read it; `present` has it."
        if self.method == "POST":
            codes["409"] += " Or the first request with this key is still running: repeat it after `Retry-After`."
            codes["422"] = "The `Idempotency-Key` was sent with another request."
        codes["429"] = "Too many requests: wait as long as `Retry-After` says."
        return dict(sorted(codes.items()))


def verb(
    body: type[serializers.BaseSerializer[Any]] | None = None, *, path: str | None = None
) -> Callable[[Method], Method]:
    """Make a method of a resource a verb on one row (``POST /deals/7/win/``) that answers the row afterwards."""

    def decorate(method: Method) -> Method:
        acting = action(detail=True, methods=["post"], url_path=path or method.__name__.replace("_", "-"))(method)
        described: Any = extend_schema(request=body)(acting)
        return described  # type: ignore[no-any-return]

    return decorate
