"""Keeping private files."""

import hashlib
import uuid
from dataclasses import dataclass

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, new_id
from core.errors import NotFound
from core.i18n import normalize
from core.storage import private_storage
from core.storage.papers import read_paper
from traceability.attestations.files.models import PrivateFile

LONGEST_NAME = 120


@dataclass(frozen=True)
class Upload:
    """A file as it came: what it is called on the sender's device, and its content."""

    name: str
    content: bytes


def store_file(*, actor: Actor, producer_id: uuid.UUID, upload: Upload, field: str = "file") -> PrivateFile:
    """Keep a PDF or a picture for a producer.

    Each upload gets a key of its own, so that nobody learns from a key whether somebody else has the same file. Raises
    NotFound for a producer that is not the actor's, Invalid, naming `field`, for what is no such file.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    return keep_file(actor=actor, producer_id=producer_id, upload=upload, field=field)


def keep_file(*, actor: Actor, producer_id: uuid.UUID, upload: Upload, field: str) -> PrivateFile:
    """Keep a file that the caller has already decided `actor` may add to the producer. Raises Invalid."""
    paper = read_paper(upload.content, field=field)
    file_id = new_id()
    key = f"attestations/{file_id}.{paper.suffix}"
    private_storage().put(key, paper.content, paper.content_type)
    file = PrivateFile(
        id=file_id,
        producer_id=producer_id,
        name=_shown_name(upload.name, paper.suffix),
        content_type=paper.content_type,
        size_bytes=len(paper.content),
        sha256=hashlib.sha256(paper.content).hexdigest(),
        storage_key=key,
        uploaded_by=actor.user_id,
    )
    db.session.add(file)
    db.session.flush()
    return file


def _shown_name(name: str, suffix: str) -> str:
    """The name without folders and signs that cannot be printed, with the suffix of what is kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    bare = normalize("".join(sign if sign.isprintable() else " " for sign in last))
    stem = bare.rsplit(".", 1)[0].strip() or "file"
    return f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
