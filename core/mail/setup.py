"""Wiring of mail."""

from flask import Flask
from flask_mailman import Mail

from core.config import Settings
from core.mail.events import MailRequested
from core.mail.handlers import send_requested_mail
from core.mail.views import blueprint
from core.outbox import subscribe

mail = Mail()


def init_app(app: Flask, settings: Settings) -> None:
    """SMTP where a server is set, else files and the mailbox page."""
    app.config["MAIL_DEFAULT_SENDER"] = (settings.site_name, settings.mail_sender)
    if settings.smtp_host:
        app.config.update(
            MAIL_BACKEND="smtp",
            MAIL_SERVER=settings.smtp_host,
            MAIL_PORT=settings.smtp_port,
            MAIL_USERNAME=settings.smtp_username,
            MAIL_PASSWORD=settings.smtp_password,
            MAIL_USE_TLS=settings.smtp_starttls,
            MAIL_TIMEOUT=20,
        )
    else:
        app.config.update(MAIL_BACKEND="core.mail.folder", MAIL_FOLDER=settings.mail_folder.resolve())
        app.register_blueprint(blueprint)
    mail.init_app(app)
    subscribe(MailRequested, send_requested_mail)
