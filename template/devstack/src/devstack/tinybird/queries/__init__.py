"""From a pipe, its parameters and a token to one SELECT."""
