"""The framework-neutral core: pure decisions; only `client`, `keys` and `services` do I/O."""
