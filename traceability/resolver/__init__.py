"""Where a GS1 Digital Link of this site leads."""
