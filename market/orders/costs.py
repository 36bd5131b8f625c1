"""What an order costs its buyer by now. Pure, in whole dong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderCosts:
    """An order of `total_vnd` and what changed since, so that all of it adds up on the buyer's page, in dong.

    `weight_vnd` is what packed goods cost more or, below zero, less; what was too little to be asked for is left out.
    `not_charged_vnd` is not to be paid any more, since the goods are not sent. `adjusted_at_door_vnd` is what a
    producer took more or, below zero, less in cash than was due.
    """

    total_vnd: int
    due_vnd: int
    weight_vnd: int = 0
    not_charged_vnd: int = 0
    adjusted_at_door_vnd: int = 0
    given_back_vnd: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether the order costs anything else than when it was placed."""
        changes = (self.weight_vnd, self.not_charged_vnd, self.adjusted_at_door_vnd, self.given_back_vnd)
        return any(changes)

    @property
    def cost_vnd(self) -> int:
        """What it comes to in the end."""
        charged = self.total_vnd + self.weight_vnd - self.not_charged_vnd + self.adjusted_at_door_vnd
        return charged - self.given_back_vnd

    @property
    def paid_vnd(self) -> int:
        """What of that is paid."""
        return self.cost_vnd - self.due_vnd
