"""Telling members in time what ends or is due."""
