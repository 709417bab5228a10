"""Examines a deployed app from outside: settings, keys, tokens, endpoints, and who reads what."""
