"""The list of plant-protection ingredients that may be used: versions of it, each with its source and its dates."""
