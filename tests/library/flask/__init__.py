"""What only Flask has: the extension, decorators, and views in the document."""
