"""News about mail."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MailRequested:
    """Somebody is to get a mail: template folder below `templates/email/`, address, language, template values."""

    template: str
    recipient: str
    locale: str
    context: dict[str, Any]
