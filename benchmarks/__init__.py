"""How fast the server is, beside references that are measured in the same run."""
