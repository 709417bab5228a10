"""What only Litestar has: the plugin, guards, and routes in the document."""
