"""Removing the rows of tenants that Clerk has no more: `app purge`, run by a scheduler."""
