"""What search engines read of a product's page."""

from typing import Any

from flask import url_for

from market.storefront.queries import ProductPage


def structured_product(page: ProductPage, name: str) -> dict[str, Any]:
    """The product with its rating in the words of schema.org, as JSON-LD; only for a product that has a rating."""
    product = page.product
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": name,
        "gtin": product.gtin,
        "url": url_for("storefront.product", slug=product.slug, _external=True),
        "brand": {"@type": "Brand", "name": product.brand or product.producer_name},
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": str(page.rating.average),
            "reviewCount": page.rating.count,
            "bestRating": 5,
            "worstRating": 1,
        },
    }
