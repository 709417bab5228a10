"""The embedded Tinybird: its HTTP API over one chDB session."""
