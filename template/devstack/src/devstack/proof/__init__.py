"""Proves of any data project that no tenant's answer depends on another tenant's rows.

Two databases that agree on one tenant's rows and differ in all others' give this tenant the same
bytes, from every endpoint, granted or not, and from every datasource that is filled from others:
non-interference, on real ClickHouse. How many rows there are, in which order they came, in one part
or in several, and whether copies have run, differs from case to case. Endpoints, parameters,
datasources and types are read from what was built, so that a new file is covered the moment it
exists.
"""
