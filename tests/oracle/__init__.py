"""Our verifier of session tokens against Clerk's own, clerk-backend-api."""
