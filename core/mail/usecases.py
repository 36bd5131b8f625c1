"""Asking for mails."""

from typing import Any

from core.mail.events import MailRequested
from core.outbox import publish


def request_mail(
    *, template: str, recipient: str, locale: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Have a mail sent once the current transaction has committed.

    `template` names a folder below `templates/email/` with `subject.txt`, `body.txt` and `body.html`; `context` holds
    JSON values only (text, numbers, lists), since it waits in the outbox. `headers` go with the mail.
    """
    publish(MailRequested(template=template, recipient=recipient, locale=locale, context=context, headers=headers))
