"""The local Clerk: a Frontend API that the real ClerkJS signs in against."""
