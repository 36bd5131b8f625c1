"""Tables that people bring into the diary: checked first, then written as a whole or not at all."""
