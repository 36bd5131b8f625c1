"""How parcels reach their buyers: methods, zones, rates, times."""
