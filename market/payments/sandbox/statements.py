"""What is asked of the sandbox's tables again and again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from core.db.settled_statements import insertion, settled

from .tables import events, objects, switches

_FOUND = sa.select(objects.c.data, objects.c.private).where(
    objects.c.id == sa.bindparam("id"), objects.c.type == sa.bindparam("kind")
)
FIND, FIND_AND_LOCK = settled(_FOUND).sql, settled(_FOUND.with_for_update()).sql
SWITCHES = settled(sa.select(switches)).sql

_SESSION_ID = sa.bindparam("session_id", type_=sa.Text)
_SESSIONS, _INTENTS = objects.alias("sessions"), objects.alias("intents")
_ITS_INTENT = sa.select(_SESSIONS.c.data["payment_intent"].astext).where(_SESSIONS.c.id == _SESSION_ID)
_ITS_CHARGE = sa.select(_INTENTS.c.data["latest_charge"].astext).where(_INTENTS.c.id == _ITS_INTENT.scalar_subquery())
_ALL_OF_A_PAYMENT = array([_SESSION_ID, _ITS_INTENT.scalar_subquery(), _ITS_CHARGE.scalar_subquery()])
# A session with its intent and charge, as far as there are any.
FIND_PAYMENT = settled(
    sa.select(objects.c.data, objects.c.private).where(objects.c.id == sa.any_(_ALL_OF_A_PAYMENT))
).sql
ADD = settled(insertion(objects, "id", "type", "created", "data", "private")).sql
ADD_EVENT = settled(insertion(events, "id", "type", "created", "data", "delivery", "copies", "attempts", "due_at")).sql
SAVE = settled(
    objects.update()
    .where(objects.c.id == sa.bindparam("of"))
    .values(data=sa.bindparam("data"), private=sa.bindparam("private"))
).sql
