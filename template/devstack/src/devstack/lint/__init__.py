"""The lint of the data project: whatever could show one tenant another's row."""
