"""Who calls: a service user by token. Whatever else stands in the header is answered with 401."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import exceptions


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """``Authorization: Token …``, with a token that was made in the admin or by ``manage.py make_token``."""

    def authenticate_credentials(self, token: bytes) -> Any:
        """Return user and token; refuse what can't be a token before the database is asked.

        One query, by the hash: what else a permission asks of the user, the role, comes with it.
        """
        if not (token.isascii() and token.decode("ascii").isprintable()):
            raise exceptions.AuthenticationFailed(_("Invalid token."))
        stored = AuthToken.objects.select_related("user__role").filter(digest=hash_token(token.decode("ascii"))).first()
        if stored is None or (stored.expiry is not None and stored.expiry <= timezone.now()):
            raise exceptions.AuthenticationFailed(_("Invalid token."))
        return self.validate_user(stored)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the token to the API schema."""

    target_class = "config.common.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the header in OpenAPI's words."""
        words = "`Token` and the token of a service user, such as `Token tdm_0123…`."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": words}
