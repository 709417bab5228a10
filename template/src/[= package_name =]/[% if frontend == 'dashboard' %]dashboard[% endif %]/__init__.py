"""The dashboard: templates, static files, and the one asset that is built."""
