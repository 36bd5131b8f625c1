"""The whole diary of a producer or a plot to take away: as a workbook, or printed as inspectors ask for it."""
