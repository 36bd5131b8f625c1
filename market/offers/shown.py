"""What a form showed of an offer, so that saving it changes only what was changed in it."""

import re
import uuid
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,9})\.([0-9]{1,9})")


@dataclass(frozen=True)
class ShownOffer:
    """Stock and price of an offer as a form showed them. Written out, it goes with the form and comes back."""

    offer_id: uuid.UUID
    on_hand: int
    price_vnd: int

    def __str__(self) -> str:
        return f"{self.offer_id}.{self.on_hand}.{self.price_vnd}"

    @classmethod
    def read(cls, text: str | None) -> "ShownOffer | None":
        """What was written out so; None for anything else."""
        found = _WRITTEN.fullmatch(text or "")
        return cls(uuid.UUID(found[1]), int(found[2]), int(found[3])) if found else None
