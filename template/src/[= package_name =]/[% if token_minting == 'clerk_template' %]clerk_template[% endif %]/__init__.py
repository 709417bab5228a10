"""The JWT template that Clerk mints a page's Tinybird tokens by, made from `policy.py`."""
