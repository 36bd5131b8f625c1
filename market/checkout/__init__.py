"""From basket to order to payment."""
