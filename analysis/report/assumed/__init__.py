"""Sections on assumptions: what would turn the choice, when policies fail, what to learn first."""
