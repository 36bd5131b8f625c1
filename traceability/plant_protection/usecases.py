"""Writes of the lists of plant protection."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, insert, select

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import NotFound
from core.i18n import gettext as _
from traceability.plant_protection.errors import UnreadableList
from traceability.plant_protection.models import PlantProtectionIngredient, PlantProtectionList
from traceability.plant_protection.policies import may_import_lists
from traceability.plant_protection.rules import ListFacts, ReadList, RowProblem, read_list

_IMPORT_LOCK = 0x9157


@dataclass(frozen=True, slots=True)
class ImportedList:
    """A version of the list, and whether this import made it or it was there before."""

    version: PlantProtectionList
    ingredient_count: int
    is_new: bool


def read_list_file(
    content: bytes, *, source: str | None = None, published_on: date | None = None, in_force_from: date | None = None
) -> ReadList:
    """Read a list from JSON; what is given here stands before what the file says of itself. Writes nothing.

    Raises UnreadableList with every problem, by row.
    """
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableList([RowProblem(0, "", _("This is no JSON file in UTF-8."))]) from None
    read = read_list(parsed)
    said = read.facts
    in_force = in_force_from or said.in_force_from
    published = published_on or said.published_on or in_force
    read.facts = ListFacts(source or said.source, published, in_force or published, said.is_sample)
    if not read.facts.source:
        read.problems.append(RowProblem(0, "source", _("Say which decision or circular the list is from.")))
    if read.facts.in_force_from is None or published is None:
        read.problems.append(RowProblem(0, "in_force_from", _("Say from which day the list is in force.")))
    elif published > read.facts.in_force_from:
        message = _("The list cannot be in force before it was published.")
        read.problems.append(RowProblem(0, "in_force_from", message))
    if read.problems:
        raise UnreadableList(read.problems)
    return read


def import_list(
    *,
    actor: Actor,
    content: bytes,
    source: str | None = None,
    published_on: date | None = None,
    in_force_from: date | None = None,
) -> ImportedList:
    """Take in a version of the list; the same file with the same dates is taken in once.

    Raises NotFound for who may not, UnreadableList with every problem, by row.
    """
    if not may_import_lists(actor):
        raise NotFound
    read = read_list_file(content, source=source, published_on=published_on, in_force_from=in_force_from)
    facts = read.facts
    assert facts.source is not None and facts.published_on is not None and facts.in_force_from is not None
    content_hash = hashlib.sha256(
        b"\0".join((content, facts.source.encode(), f"{facts.published_on} {facts.in_force_from}".encode()))
    ).digest()
    db.session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))
    known = db.session.scalar(select(PlantProtectionList).where(PlantProtectionList.content_hash == content_hash))
    if known is not None:
        return ImportedList(known, len(read.ingredients), is_new=False)
    version = PlantProtectionList(
        source=facts.source,
        published_on=facts.published_on,
        in_force_from=facts.in_force_from,
        is_sample=facts.is_sample,
        content_hash=content_hash,
        imported_at=utc_now(),
        imported_by=actor.user_id,
    )
    db.session.add(version)
    db.session.flush()
    db.session.execute(
        insert(PlantProtectionIngredient),
        [{"id": new_id(), "list_id": version.id, **asdict(ingredient)} for ingredient in read.ingredients],
    )
    return ImportedList(version, len(read.ingredients), is_new=True)
