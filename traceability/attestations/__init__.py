"""What others vouch for: checklists, self-checks, inspections, certificates, laboratory results, packing houses."""
