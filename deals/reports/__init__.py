"""Figures about deals: one function for each figure, wherever it is shown."""
