"""The library and the devstack as packages."""
