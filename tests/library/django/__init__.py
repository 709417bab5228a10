"""What only Django has: settings, middleware, decorators, and views in the document."""
