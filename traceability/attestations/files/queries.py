"""Reads of private files."""

import uuid

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.files.policies import may_read


def get_file(actor: Actor, file_id: uuid.UUID) -> PrivateFile:
    """The file; raises NotFound when there is none or the actor may not have it."""
    file = db.session.get(PrivateFile, file_id)
    if file is None or not may_read(actor, file):
        raise NotFound
    return file
