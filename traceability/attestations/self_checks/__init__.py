"""A producer's own check of some plots against a checklist, with the evidence."""
