"""What extractors took from the reports: checked, merged, converted, cut into one slice per outcome."""
