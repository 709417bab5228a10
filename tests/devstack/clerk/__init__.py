"""The local Clerk, over real HTTP."""
