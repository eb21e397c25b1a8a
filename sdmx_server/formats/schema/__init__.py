"""Schemas that the data of one structure follow."""
