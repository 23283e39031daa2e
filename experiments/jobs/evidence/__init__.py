"""Jobs that hold the model against what is known of the world, and the program against theory."""
