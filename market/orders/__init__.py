"""Orders, their parcels and lines, from placed to shipped."""
