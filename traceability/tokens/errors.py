"""What a token is refused with."""

from core.errors import AppError
from core.i18n import lazy_gettext as _l


class Unauthorized(AppError):
    """Nobody, or nobody we know: the token is missing, wrong, expired or revoked (RFC 6750 §3)."""

    http_status = 401
    default_message = _l("This needs a valid API token: Authorization: Bearer cn_…")

    def __init__(self, message: object | None = None, *, wrong_token: bool = False) -> None:
        super().__init__(message)
        challenge = 'Bearer realm="epcis"'
        self.headers = {"WWW-Authenticate": f'{challenge}, error="invalid_token"' if wrong_token else challenge}


class TooManyWrongTokens(AppError):
    """Somebody at this address tries tokens."""

    http_status = 429
    default_message = _l("Too many requests. Please wait a minute and try again.")

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"Retry-After": "60"}
