"""What a line of an order costs its buyer: as ordered, as weighed, and as far as units of it are given back."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column


class ChargedLine:
    """The units of a line and their money, in dong.

    `collected_vnd` is what is paid more for its weight, later or at the door; below zero, so much less. `balance_vnd`
    of a harvest ordered with a deposit is still to be paid; `withdrawn_vnd` is the price of the units that were given
    back while that was so.
    """

    quantity: Mapped[int]
    cancelled_quantity: Mapped[int] = mapped_column(default=0, server_default="0")
    line_total_vnd: Mapped[int] = mapped_column(BigInteger)
    discount_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    final_vnd: Mapped[int | None] = mapped_column(BigInteger)
    collected_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    balance_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    withdrawn_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    @property
    def charged_vnd(self) -> int:
        """What the buyer was charged for the line, when it was ordered and once it was weighed, in dong."""
        return self.line_total_vnd - self.discount_vnd + (self.collected_vnd or 0)

    @property
    def paid_vnd(self) -> int:
        """What the buyer pays in dong for the units sent: by their weight where that decides, less discounts."""
        kept = self.quantity - (self.cancelled_quantity or 0)
        ordered = self.line_total_vnd * kept // self.quantity
        discount = self.discount_vnd * kept // self.quantity
        if self.final_vnd is None or self.final_vnd >= ordered:
            return (ordered if self.final_vnd is None else self.final_vnd) - discount
        return self.final_vnd - discount * self.final_vnd // ordered

    @property
    def settled_vnd(self) -> int:
        """What of that has been asked for, in dong: not what was let go because it weighs more."""
        return min(self.paid_vnd, self.charged_vnd)

    @property
    def weight_difference_vnd(self) -> int:
        """What the units sent cost more at their packed weight than they were ordered for, in dong."""
        kept = self.quantity - (self.cancelled_quantity or 0)
        ordered = self.line_total_vnd * kept // self.quantity - self.discount_vnd * kept // self.quantity
        return self.paid_vnd - ordered
