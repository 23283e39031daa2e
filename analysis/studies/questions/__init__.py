"""Statistics of what is asked beside a comparison."""
