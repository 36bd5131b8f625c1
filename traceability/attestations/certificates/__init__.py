"""Certificates: what they cover, how long they stand, and what became of them."""
