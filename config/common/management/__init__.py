"""What commands share, and the commands of the floor."""
