"""What can be imported into campaigns."""
