"""What the pooled effects mean and how certain they are (GRADE): absolute effects, what the data suggest of each domain, as values."""
