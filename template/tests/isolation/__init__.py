"""Proves of any data project that no tenant's answer depends on another tenant's rows."""
