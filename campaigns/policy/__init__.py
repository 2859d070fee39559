"""The company's choices about marketing."""
