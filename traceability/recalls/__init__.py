"""Recalls: what must come back, who decides, who has it, and how much has come back."""
