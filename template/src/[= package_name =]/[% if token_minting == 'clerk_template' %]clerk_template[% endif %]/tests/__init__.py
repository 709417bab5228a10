"""Tests of the JWT template."""
