"""Figures: one a file, named as the statistic that it shows."""
