"""What can stand in the way of an order."""

import uuid
from collections.abc import Sequence

from core.errors import Conflict, Invalid
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.money import format_vnd


class BasketEmpty(Invalid):
    """There is nothing to order."""

    default_message = _l("Your basket is empty.")


class PricesChanged(Conflict):
    """The goods come to another sum than the page has shown the buyer: by their prices, or from another tab."""

    default_message = _l(
        "What you order, or what it costs, has changed since this page was shown. Please look at the new total before "
        "you order."
    )


class TotalOutOfRange(Invalid):
    """No single card payment takes this total."""

    default_message = _l("An order of this size cannot be paid at once. Please make it smaller.")


class LineNotAllowed(Invalid):
    """The producer does not sell so few, so many, or in such steps any more; the message names the goods."""

    def __init__(self, name: str) -> None:
        super().__init__(_l("Another quantity of %(name)s is sold now. Please change it in the basket.", name=name))


DELIVERY_FIELD = "delivery_"


def delivery_field(producer_id: uuid.UUID) -> str:
    """The name of the field in which the delivery of a producer's parcel is chosen."""
    return f"{DELIVERY_FIELD}{producer_id}"


class DeliveryNotChosen(Invalid):
    """Several ways are offered for a parcel, or several times, and none was chosen."""

    def __init__(self, producer_id: uuid.UUID, name: str) -> None:
        message = _l("Choose how the parcel from %(producer)s reaches you, and when.", producer=name)
        super().__init__(message, field=delivery_field(producer_id))


class DeliveryNotOffered(Conflict):
    """No method of the producer takes these goods to this address; the message names what must be kept cold."""

    def __init__(self, producer_id: uuid.UUID, name: str, chilled: Sequence[str]) -> None:
        if chilled:
            message = _l(
                "%(goods)s must be kept cold, and %(producer)s does not send cooled goods to this address.",
                goods=", ".join(chilled),
                producer=name,
            )
        else:
            message = _l("%(producer)s does not deliver a parcel of this weight to this address.", producer=name)
        super().__init__(message, field=delivery_field(producer_id))


class DeliveryGone(PricesChanged):
    """What was chosen for a parcel is not offered: to this place not, or not any more."""

    def __init__(self, producer_id: uuid.UUID, name: str) -> None:
        message = _l(
            "What was chosen for the parcel from %(producer)s is not offered to this place. Please choose again.",
            producer=name,
        )
        super().__init__(message, field=delivery_field(producer_id))


class DeliveryNotCounted(PricesChanged):
    """The buyer chose deliveries that the total on the page did not count yet."""

    def __init__(self, total_vnd: int) -> None:
        super().__init__(
            _l(
                "With delivery your order comes to %(total)s. If that is right, order once more.",
                total=format_vnd(total_vnd, current_locale()),
            )
        )


class DeliveryChanged(PricesChanged):
    """What was chosen for a parcel costs another fee than the page has shown."""

    def __init__(self, producer_id: uuid.UUID, name: str) -> None:
        message = _l("The delivery from %(producer)s has changed. Please look at it once more.", producer=name)
        super().__init__(message, field=delivery_field(producer_id))


class TimeTaken(Conflict):
    """Somebody else has just taken the last place of a delivery time."""

    def __init__(self, producer_id: uuid.UUID) -> None:
        message = _l("This delivery time has just been taken. Please choose another one.")
        super().__init__(message, field=delivery_field(producer_id))
