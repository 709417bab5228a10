"""What only Django has: its settings, middleware, decorators, and the views that the document lists."""
