"""What staff see of A/B tests: their list, their page, and what one does there."""
