"""News about mail."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MailRequested:
    """Somebody is to get a mail: template folder below `templates/email/`, address, language, template values.

    `headers` go with it; news from before there were any has none.
    """

    template: str
    recipient: str
    locale: str
    context: dict[str, Any]
    headers: dict[str, str] | None = None
