"""Residue rules: what each market allows of which active ingredient, as versioned data."""
