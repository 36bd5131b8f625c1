"""Processes of the shop are killed in the middle of their work; then the books are read."""
