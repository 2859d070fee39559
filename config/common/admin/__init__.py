"""The admin's shared manners. Only this package imports unfold; apps build their pages on these bases."""
