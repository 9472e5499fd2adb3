"""Duplicate records: which records are one work, what is only related, and why."""
