"""Table of the search index's backlog."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, UtcDateTime, new_id, utc_now


class SearchChange(Model):
    """A product whose document the index does not hold as it is now.

    Written while news is delivered, and removed by whoever brings the index up to date, so that many changes in a
    moment cost one commit of the index. The same product may stand here many times. No foreign key: a product that
    is gone must leave the index too.
    """

    __tablename__ = "search_changes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID]
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
