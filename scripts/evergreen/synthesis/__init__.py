"""What the studies of an outcome are together: their arms as effects, pooled as the protocol asks, and how far to trust it."""
