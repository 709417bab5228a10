"""The isolation proof: what it draws, what it asks, what it says."""
