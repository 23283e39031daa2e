"""Reads the folder a run wrote, and draws it. Never runs the model, and never imports it."""
