"""API tokens: how programs of producers and partners say who they are."""
