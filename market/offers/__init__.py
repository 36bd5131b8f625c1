"""What is for sale: product, unit, price, stock."""
