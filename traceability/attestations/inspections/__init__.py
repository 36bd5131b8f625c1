"""Somebody else looks: findings, corrective actions, result."""
