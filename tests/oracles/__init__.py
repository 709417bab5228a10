"""Asks a running default render, as a member of one tenant, about rows of another.

Each question is asked twice: with a value that another tenant's row holds, and with one of the same
length that no row holds. Whatever tells the two answers apart is an oracle.
"""
