"""Whether the time that an answer takes tells a tenant how much its neighbour has."""
