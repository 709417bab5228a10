"""The library in apps that the template did not make, as docs/existing-app tells."""
