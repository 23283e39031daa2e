"""How rows get run."""
