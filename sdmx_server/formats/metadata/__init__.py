"""Formats of reference metadata: metadata sets written and read."""
