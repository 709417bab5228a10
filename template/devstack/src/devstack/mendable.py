"""The one kind of error that ends a command with a sentence instead of a traceback."""


class Mendable(Exception):
    """Something that a user can mend; the text says what is wrong and what to do."""
