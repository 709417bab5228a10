"""Every answer beside every other: rendered untrusted by the real command, and checked as files."""
