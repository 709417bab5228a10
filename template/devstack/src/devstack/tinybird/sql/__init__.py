"""ClickHouse and the template engine: how SQL is rendered and run."""
