"""The index of the journal that genealogy reads. It is no record: triggers derive it from the journal."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc, UtcDateTime


class GenealogyEnd(Model):
    """One end of what an event joins: `identifier` went in or came out, or is a container that was emptied (`side`).

    What went "in" at a `joining` became part of all that came "out" at it. A joining is an event, or a transformation
    told in several events with one transformationID (EPCIS 2.0 §7.4.6). The other columns are copies from the event
    with the key `event_id` and the eventID `event_uri`, and from its identifier at `position`.

    There is a row as long as the event was not declared wrong. The view `genealogy_ends_of_journal` is the definition.
    """

    __tablename__ = "genealogy_ends"
    __table_args__ = (
        CheckConstraint("side IN ('in', 'out', 'emptied')", name="side_known"),
        Index("ix_genealogy_ends_identifier", "identifier", "side"),
    )

    joining: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(Nfc(8), primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    identifier: Mapped[str] = mapped_column(Nfc(1000))
    role: Mapped[str] = mapped_column(Nfc(16))
    event_uri: Mapped[str] = mapped_column(Nfc(1000))
    event_time: Mapped[datetime] = mapped_column(UtcDateTime)
    biz_step: Mapped[str | None] = mapped_column(Nfc(1000))
    quantity: Mapped[float | None]
    unit_of_measure: Mapped[str | None] = mapped_column(Nfc(20))
