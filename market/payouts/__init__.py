"""What the site pays out to producers, in runs that two people make."""
