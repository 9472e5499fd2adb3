"""The fault matrix of the PubMed retrieval."""
