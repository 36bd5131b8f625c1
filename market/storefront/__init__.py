"""The pages that mix all of it: front page, search, product, producer, farm home."""
