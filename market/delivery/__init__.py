"""Delivery fees."""
