"""Structure messages, one module a format family and major version."""
