"""What may be wrong with the content, a module a kind of file."""
