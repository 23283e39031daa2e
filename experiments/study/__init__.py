"""What one job knows, and what decides the next rows."""
