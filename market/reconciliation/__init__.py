"""What the payment service and this site do not agree about, for the people who settle it."""
