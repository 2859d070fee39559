"""What is to be done today and why: a person's day, and the promises of a manager's people."""
