"""Where people decide and fill in: a small server on loopback, through which their pages save into `config/`."""
