"""What a recall does to offers, baskets, orders and receipts."""
