"""What only the Flask room has."""
