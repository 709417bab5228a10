"""What every render carries around the code: hooks, CI, container, dev container, AGENTS.md."""
