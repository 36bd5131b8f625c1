"""Asking for mails."""

from typing import Any

from core.accounts import User
from core.mail.events import MailRequested
from core.outbox import publish


def mail_user(user: User, template: str, **context: Any) -> None:
    """Have a mail sent to the owner of an account, who has an e-mail address; it greets them by `name`."""
    greeted = {"name": user.display_name, **context}
    request_mail(template=template, recipient=str(user.email), locale=user.locale, context=greeted)


def request_mail(
    *, template: str, recipient: str, locale: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Have a mail sent once the current transaction has committed.

    `template` names a folder below `templates/email/` with `subject.txt`, `body.txt` and `body.html`; `context` holds
    JSON values only (text, numbers, lists), since it waits in the outbox. `headers` go with the mail.
    """
    publish(MailRequested(template=template, recipient=recipient, locale=locale, context=context, headers=headers))
