"""Tests of the template: what it asks, what it writes, and that what it writes runs."""
