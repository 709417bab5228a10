"""The HTTP contract: the same for every backend, seen over real HTTP alone."""
