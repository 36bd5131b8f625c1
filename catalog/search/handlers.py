"""What search does with news."""

from catalog.products.events import ProductChanged
from catalog.search.tasks import request_indexing
from catalog.search.usecases import note_change
from core.db import after_commit


def note_changed_product(event: ProductChanged) -> None:
    """Note the product, in the relay's transaction, and nudge a worker after it."""
    note_change(event.product_id)
    after_commit(request_indexing)
