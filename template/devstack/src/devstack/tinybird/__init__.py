"""An embedded Tinybird: the public HTTP API over one chDB session."""
