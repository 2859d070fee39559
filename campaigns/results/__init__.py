"""Results: what campaigns reached, cost and earned; the funnel; each figure with its formula and its list."""
