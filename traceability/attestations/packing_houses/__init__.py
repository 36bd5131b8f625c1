"""Packing houses and the codes that authorities of markets gave them."""
