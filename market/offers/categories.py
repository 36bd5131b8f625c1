"""The names of product categories, as shelves say them."""

from catalog.products.models import Category
from core.i18n import lazy_gettext as _l

CATEGORY_NAMES = {
    Category.FRUIT: _l("Fruit"),
    Category.VEGETABLE: _l("Vegetables"),
    Category.GRAIN: _l("Rice and grains"),
    Category.HONEY: _l("Honey"),
    Category.SEAFOOD: _l("Seafood"),
    Category.FISH_SAUCE: _l("Fish sauce"),
    Category.CONFECTIONERY: _l("Sweets and cakes"),
    Category.TEA: _l("Tea"),
    Category.DEER_VELVET: _l("Deer velvet"),
    Category.PROCESSED_MEAT: _l("Processed meat"),
    Category.OIL: _l("Oil"),
    Category.SPICE: _l("Spices"),
    Category.MUSHROOM: _l("Mushrooms"),
    Category.BEVERAGE: _l("Drinks"),
    Category.HANDICRAFT: _l("Handicraft"),
    Category.OTHER: _l("Other products"),
}


def category_name(category: str) -> str:
    """The name of a category in the reader's language."""
    return str(CATEGORY_NAMES[Category(category)])
