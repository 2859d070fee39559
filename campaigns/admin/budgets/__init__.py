"""What staff see of money in marketing: budgets, commitments, costs."""
