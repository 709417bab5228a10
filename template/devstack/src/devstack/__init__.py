"""Tinybird and Clerk on a laptop."""
