"""Running: turns shared out among tabs, rows safe before they are shown, and what they say so far."""
