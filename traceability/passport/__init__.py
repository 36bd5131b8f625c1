"""The public trace record of a lot."""
