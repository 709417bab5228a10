"""A fresh project goes to production, on a second Tinybird and a second Clerk."""
