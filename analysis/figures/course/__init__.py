"""Figures over months and years: of policies, and of one run."""
