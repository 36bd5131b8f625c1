"""Lots: what was harvested together and is traced together."""
