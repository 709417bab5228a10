"""How fast the rendered apps are, beside what else does the same work; see README.md."""
