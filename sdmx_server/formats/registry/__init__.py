"""Registry messages: what is registered."""
