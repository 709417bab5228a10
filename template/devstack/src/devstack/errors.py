"""What ends a command with a sentence instead of a traceback."""

from __future__ import annotations


class UserError(Exception):
    """Something that whoever runs the command can put right; the text says how."""


class IdentityInvalid(UserError):
    """The local identity is missing or is not a local one; the sentence says what to do."""


class DataDirInUse(UserError):
    """Another process of the same service uses the folder."""


class PortInUse(UserError):
    """Another program holds the port; the sentence says which variable picks another one."""


class ExposureRefused(UserError):
    """A service may not be opened to other machines like this; the sentence says why."""


class PortInvalid(UserError):
    """A port variable does not hold a port number."""
