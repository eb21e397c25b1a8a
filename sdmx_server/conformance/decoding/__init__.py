"""Answers read on their own terms, by no code that writes them."""
