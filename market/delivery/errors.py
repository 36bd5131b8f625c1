"""What can be wrong with delivery methods."""

from core.errors import Invalid, RowErrors


class DeliveryRefused(Invalid):
    """What was typed makes no sense; nothing was saved. `fields` and `rows` say what and why."""

    def __init__(self, fields: dict[str, object], rows: RowErrors | None = None) -> None:
        super().__init__()
        self.fields = fields
        self.rows = rows or {}
