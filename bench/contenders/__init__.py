"""Programs that do the work of one request each, timed call by call, one process each."""
