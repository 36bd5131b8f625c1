"""Disputes: a buyer's bank takes money back, and later decides who keeps it."""
