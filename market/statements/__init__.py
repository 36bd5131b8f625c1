"""What stands on a seller's account, as the seller reads it."""
