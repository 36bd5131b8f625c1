"""The embedded profile's mail server: a folder of `.eml` files."""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage as ParsedMessage
from pathlib import Path
from typing import Any

from flask import current_app
from flask_mailman import EmailMessage
from flask_mailman.backends.base import BaseEmailBackend

from core.db import new_id


class EmailBackend(BaseEmailBackend):
    """Writes each mail as one file that mail programs can open."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages; a file appears whole or not at all. Returns how many were written."""
        folder: Path = current_app.config["MAIL_FOLDER"]
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder / f"{new_id()}.eml"
            part = path.with_suffix(".part")
            part.write_bytes(message.message().as_bytes())
            part.rename(path)
        return len(email_messages)


@dataclass(frozen=True)
class StoredMail:
    """One mail of the folder, as the mailbox page shows it."""

    name: str
    subject: str
    recipient: str
    sent_at: datetime | None
    text: str


def list_mails(folder: Path, *, limit: int = 50) -> list[StoredMail]:
    """The newest `limit` mails, newest first: file names are UUIDv7, so they sort by time."""
    if not folder.is_dir():
        return []
    names = sorted((path.stem for path in folder.glob("*.eml")), reverse=True)[:limit]
    return [read_mail(folder, name) for name in names]


def read_mail(folder: Path, name: str) -> StoredMail:
    """The mail in the file `name`. Raises FileNotFoundError."""
    message: Any = email.message_from_bytes((folder / f"{name}.eml").read_bytes(), policy=email.policy.default)
    assert isinstance(message, ParsedMessage)
    body = message.get_body(preferencelist=("plain",))
    date = message["Date"]
    return StoredMail(
        name=name,
        subject=str(message["Subject"]),
        recipient=str(message["To"]),
        sent_at=date.datetime if date is not None else None,
        text=body.get_content() if body is not None else "",
    )
