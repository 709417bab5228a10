"""Tests of the devstack, and of what it runs on a data project."""
