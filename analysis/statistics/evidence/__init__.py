"""What is known of the world, and how near runs come to it."""
