"""Checklists of standards such as VietGAP, as versioned data."""
