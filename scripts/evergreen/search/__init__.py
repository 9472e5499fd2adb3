"""Searching PubMed: strategies, the E-utilities client, complete lists, raw replies, and what changed between rounds."""
