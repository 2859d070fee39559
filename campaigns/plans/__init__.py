"""Marketing plans: versions, goals, the four Ps for each segment, the two questions, and how a plan moves."""
