"""Watching: one run as it unfolds, the lives in it, and why things happened."""
