"""How a workspace comes from one project to the next."""
