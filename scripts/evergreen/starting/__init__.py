"""Starting a review: from answers, a registration or a sheet to a protocol and empty sheets."""
