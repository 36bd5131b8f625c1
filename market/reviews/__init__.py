"""What buyers say about what they got, lot by lot, and what the producers answer."""
