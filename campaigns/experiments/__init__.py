"""A/B tests: hypothesis, variants, sticky assignment, the statistics, and the decision."""
