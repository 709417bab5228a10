"""What only Flask has: the extension, decorators, the blueprint, and the views that the document lists."""
