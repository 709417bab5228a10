"""The lint of the data project."""
