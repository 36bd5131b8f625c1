"""Who may do what with a product."""

from catalog.producers.policies import may_act_for
from catalog.products.models import Product, ProductStatus
from core.accounts import Actor


def may_change(actor: Actor, product: Product) -> bool:
    """Whether `actor` may change or archive the product: members of its producer, and administrators."""
    return may_act_for(actor, product.producer_id)


def may_see(actor: Actor, product: Product) -> bool:
    """Whether `actor` may see the product: everybody once it is published, before and after only who may change it."""
    return product.status == ProductStatus.PUBLISHED or may_change(actor, product)
