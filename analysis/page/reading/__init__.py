"""Reading: what was run before, and stories to learn from."""
