"""Who grows and what is grown."""
