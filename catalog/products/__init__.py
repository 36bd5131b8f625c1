"""What is grown and made: names, pictures, origin, OCOP stars, GTIN."""
