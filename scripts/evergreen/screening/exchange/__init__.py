"""Exchange of decisions with other screening tools."""
