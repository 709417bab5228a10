"""A Tinybird and a Clerk for tests: what the pytest plugin hands out."""
