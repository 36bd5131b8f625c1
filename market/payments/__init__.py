"""Payments through Stripe or the sandbox behind one interface."""
