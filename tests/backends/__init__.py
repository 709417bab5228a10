"""Four frameworks, one product."""
