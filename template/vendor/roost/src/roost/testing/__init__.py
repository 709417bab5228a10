"""What the tests of a project use: the product as processes, and sessions without a Clerk."""
