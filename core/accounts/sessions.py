"""Sessions in signed cookies, as Flask keeps them."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    """Flask's own; what reads and signs the cookies is made once for a secret key, and not twice a request."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs with the application's secret key, and reads what older ones of it signed."""
        keys = (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._made:
            self._made[keys] = super().get_signing_serializer(app)
        return self._made[keys]
