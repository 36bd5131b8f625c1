"""What the market does when lots are recalled. Each part again changes nothing."""

from core.db import after_commit
from core.jobs import enqueue
from market.recalls.tasks import close_pages_soon
from market.recalls.usecases import end_waiting_orders, pause_offers, resume_offers, tell_buyers
from traceability.recalls.events import LotRecalled, SaleReleased


def pause_recalled_offers(event: LotRecalled) -> None:
    """Take the products off sale."""
    pause_offers(recall_id=event.recall_id)


def end_unpaid_orders(event: LotRecalled) -> None:
    """Close orders that nobody has paid yet; money that arrives all the same goes back by itself."""
    withdrawn = [str(payment_id) for payment_id in end_waiting_orders(recall_id=event.recall_id)]
    if withdrawn:
        after_commit(lambda: enqueue(close_pages_soon, withdrawn))


def tell_who_bought(event: LotRecalled) -> None:
    """Mail the buyers of what was packed from these lots."""
    tell_buyers(recall_id=event.recall_id)


def resume_released_offers(event: SaleReleased) -> None:
    """Put the product on sale again, from other lots."""
    resume_offers(recall_id=event.recall_id, product_id=event.product_id)
