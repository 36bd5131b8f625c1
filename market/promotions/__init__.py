"""Vouchers and campaigns: what makes a basket cheaper, and who bears it."""
