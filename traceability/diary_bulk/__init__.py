"""One activity on many plots at once: tried on all of them first, then written as a whole or not at all."""
