"""The page in a real browser: Debian's chromium, the real ClerkJS, the whole stack behind it."""
