"""The tables of a project and the rows in them."""
