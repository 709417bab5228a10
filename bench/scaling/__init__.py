"""How a tenant's endpoints answer as tenants and rows grow: `uv run python -m bench.scaling`."""
