"""What people ask about a product, answered by its producer or by others who bought it."""
