"""What every handler asks of a request, and what is noted of it."""
