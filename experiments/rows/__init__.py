"""What a run is called, and where it is kept."""
