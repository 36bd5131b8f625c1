"""On whose behalf a job works: the party as it was when the document was accepted, kept with the job."""

import uuid
from typing import Any

from core.accounts import Actor, RoleName
from traceability.capture.models import CaptureJob
from traceability.journal.parties import Party


def kept_party(party: Party) -> dict[str, Any]:
    """What of `party` a job cannot hold in columns of its own."""
    return {
        "name": party.actor.display_name,
        "roles": sorted(party.actor.roles),
        "glns": sorted(party.glns),
        "scopes": sorted(party.scopes),
        "capture_prefixes": list(party.capture_prefixes),
    }


def party_of_job(job: CaptureJob) -> Party:
    """The party that `job` works for."""
    kept = job.party
    return Party(
        Actor(job.captured_by, frozenset(RoleName(name) for name in kept["roles"]), kept["name"]),
        producer_ids=frozenset(uuid.UUID(str(producer_id)) for producer_id in job.producer_ids),
        glns=frozenset(kept["glns"]),
        scopes=frozenset(kept["scopes"]),
        token_id=job.token_id,
        capture_prefixes=tuple(kept["capture_prefixes"]),
    )
