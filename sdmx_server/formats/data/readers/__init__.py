"""Data messages read, one module a format family and major version."""
