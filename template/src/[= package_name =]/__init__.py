"""The app: multi-tenant analytics with Clerk and Tinybird."""
