"""Money still to be collected for a part of an order that was paid before."""
