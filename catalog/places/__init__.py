"""Provinces and communes of Vietnam as in force since 2025-07-01."""
