"""Mail's part in the news."""

from core.mail.events import MailRequested
from core.mail.sending import send_mail


def send_requested_mail(event: MailRequested) -> None:
    """Send the mail. Delivered at least once: a crash between the server's answer and our commit sends it again."""
    send_mail(
        template=event.template,
        recipient=event.recipient,
        locale=event.locale,
        context=event.context,
        headers=event.headers,
    )
