"""Mail in the reader's language, through the outbox; files one can open in the embedded profile."""

from core.mail.setup import init_app
from core.mail.usecases import mail_user, request_mail

__all__ = ["init_app", "mail_user", "request_mail"]
