"""What staff see of marketing plans: their list, their page, and what one does there."""
