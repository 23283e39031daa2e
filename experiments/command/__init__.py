"""What is asked: from the command line to settings."""
