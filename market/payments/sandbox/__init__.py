"""A Stripe-compatible payment server for development and tests.

It is a program of its own: it listens on loopback, keeps its state in its own PostgreSQL schema and knows nothing of
the shop. The shop speaks to it with the official `stripe` client, as it speaks to Stripe, and hears from it through
signed webhooks. Money never moves here.
"""
