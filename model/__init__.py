"""The model: councils and researchers, how they come to work together, and what becomes of it."""
