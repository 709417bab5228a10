"""Tests from outside: over HTTP and the command line."""
