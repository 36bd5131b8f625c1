"""Private files: scans, reports and evidence, served only to those whom a policy lets in."""
