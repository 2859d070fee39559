"""What templates of the floor ask for."""
