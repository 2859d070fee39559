"""How this company sells: the few choices that rules of several slices ask for."""
