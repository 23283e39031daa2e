"""Statistics that a decision stands on: what an addition costs, and what can be said of each policy."""
