"""Figures of what is asked beside a comparison: of bundles, mechanisms, friction, and what is known."""
