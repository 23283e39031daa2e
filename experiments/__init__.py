"""Experiments: run models over policies, populations and seeds, and write tables of what came out."""
