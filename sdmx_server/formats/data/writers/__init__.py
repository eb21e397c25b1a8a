"""Data messages written, one module a format family and major version."""
