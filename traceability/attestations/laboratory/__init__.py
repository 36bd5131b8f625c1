"""What a laboratory found in a sample of a lot."""
