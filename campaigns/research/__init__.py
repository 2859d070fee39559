"""Market research: studies with their dated findings, and personas."""
