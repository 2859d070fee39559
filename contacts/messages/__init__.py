"""Messages: the e-mail that leaves, through one door and each once, and the notifications in a person's bell."""
