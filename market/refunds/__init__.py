"""Refunds of parts of orders: which lines, how much, whose money."""
