"""The link in each mail that ends such mails: signed, for one person and one kind, without signing in."""

import uuid
from typing import Final

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from core.config import Settings
from core.errors import NotFound
from market.notices.models import NoticeKind

LONGEST: Final = 300


def unsubscribe_path(user_id: uuid.UUID, kind: NoticeKind) -> str:
    """The path of the page that ends mails of this kind to this person; it works for as long as the mail is kept."""
    return f"/notices/unsubscribe/{_serializer().dumps([user_id.hex, str(kind)])}"


def unsubscribe_headers(user_id: uuid.UUID, kind: NoticeKind) -> dict[str, str]:
    """What tells mail programs of that page (RFC 2369 §3.2), and that one request to it is enough (RFC 8058 §3.1)."""
    settings: Settings = current_app.extensions["settings"]
    return {
        "List-Unsubscribe": f"<{settings.site_url}{unsubscribe_path(user_id, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def read_unsubscribe_token(token: str) -> tuple[uuid.UUID, NoticeKind]:
    """Whose mails of which kind the link ends. Raises NotFound for a link that is not ours."""
    try:
        if len(token) > LONGEST:
            raise NotFound
        user_id, kind = _serializer().loads(token)
        return uuid.UUID(user_id), NoticeKind(kind)
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise NotFound from error


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="unsubscribe")
