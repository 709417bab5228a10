"""The page for looking at local data: tables, rows, quarantine, endpoints, tokens by name."""
