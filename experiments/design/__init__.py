"""Which points of parameter space are run."""
