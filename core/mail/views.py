"""The mailbox page of the embedded profile; it is not registered where a mail server is set."""

import uuid
from pathlib import Path

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.mail.folder import list_mails, read_mail
from core.web.access import public

blueprint = Blueprint("mail", __name__)


def _folder() -> Path:
    folder: Path = current_app.config["MAIL_FOLDER"]
    return folder


@blueprint.get("/mailbox")
@public
def mailbox() -> ResponseReturnValue:
    """The newest mails that would have gone out."""
    return render_template("core/mail/mailbox.html", mails=list_mails(_folder()))


@blueprint.get("/mailbox/<uuid:name>")
@public
def message(name: uuid.UUID) -> ResponseReturnValue:
    """One mail as plain text."""
    try:
        mail = read_mail(_folder(), str(name))
    except FileNotFoundError:
        raise NotFound from None
    return render_template("core/mail/message.html", mail=mail)
