"""Rendering mails and handing them over."""

from typing import Any

from flask import render_template
from flask_mailman import EmailMultiAlternatives

from core.i18n import use_locale


def send_mail(
    *, template: str, recipient: str, locale: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Render the mail in `locale` and hand it to the mail server (or folder) now."""
    folder = f"email/{template}"
    with use_locale(locale):
        subject = " ".join(render_template(f"{folder}/subject.txt", **context).split())
        text = render_template(f"{folder}/body.txt", **context)
        html = render_template(f"{folder}/body.html", **context)
    message = EmailMultiAlternatives(
        subject, text, to=[recipient], headers={"Content-Language": locale, **(headers or {})}
    )
    message.attach_alternative(html, "text/html")
    message.send()
