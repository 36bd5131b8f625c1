"""Finding products: one interface, two engines."""
