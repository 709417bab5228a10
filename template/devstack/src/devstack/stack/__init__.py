"""Start both services and the app, and stop them together."""
