"""What only FastAPI has: the extension, dependencies, and the routes that the document lists."""
