"""The record model: what a database row is, its normal forms, and the files that rows arrive in."""
