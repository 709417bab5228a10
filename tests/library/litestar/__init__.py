"""What only Litestar has: the plugin, guards, dependencies, the document and its page."""
