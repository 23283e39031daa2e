"""Which assumptions matter: screening, variance-based indices, of outcomes and of their spread."""
