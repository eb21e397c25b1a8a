"""Pages for people; with rest/, the only code that knows Flask."""
