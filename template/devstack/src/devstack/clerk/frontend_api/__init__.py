"""The Frontend API: what ClerkJS calls."""
