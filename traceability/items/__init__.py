"""Items: single things of a lot with serial numbers of their own (AI 21), issued in blocks."""
