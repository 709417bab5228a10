"""What only Litestar has: the plugin, guards, dependencies, and the routes that the document lists."""
