"""Data messages."""
