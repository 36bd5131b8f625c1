"""Sessions in signed cookies, as Flask keeps them."""

from typing import Any, Final

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Serializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

LONG: Final = 500
"""From how many bytes on a session is packed; with less, that takes more time than all else about it."""


class SessionSerializer(URLSafeTimedSerializer):
    """Signs as its parent does, and reads what that wrote."""

    def dump_payload(self, obj: Any) -> bytes:
        """The content as the cookie has it, packed where that is worth it."""
        written = Serializer.dump_payload(self, obj)
        return super().dump_payload(obj) if len(written) >= LONG else base64_encode(written)


class Sessions(SecureCookieSessionInterface):
    """Flask's own; what reads and signs the cookies is made once for a secret key, and not twice a request."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs with the application's secret key, and reads what older ones of it signed."""
        keys = (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._made:
            own = super().get_signing_serializer(app)
            self._made[keys] = own and SessionSerializer(
                own.secret_keys, salt=own.salt, serializer=own.serializer, signer_kwargs=own.signer_kwargs
            )
        return self._made[keys]
