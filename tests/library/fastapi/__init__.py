"""What only FastAPI has: the extension, dependencies, and routes in the document."""
