"""What only Django has: its settings, middleware, decorators, and life in another project."""
