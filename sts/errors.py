"""What can go wrong, as a tree.

StsError              shown by a command as one line; anything else is a bug and keeps its traceback
├── ConfigError       a setting is unknown or has a value that cannot be used
├── DataError         a file, shard, video or archive is missing, damaged or not what it should be
├── PluginError       a class named in a setting cannot be loaded or does not fit its protocol
├── RenderError       a synthetic clip cannot be made from this choice; the next attempt may succeed
└── ServerError       a server does not answer, or answers with an error

A message says what is wrong, where, which value, and what to do.
"""


class StsError(Exception):
    """Root of the errors a user can act on: one message, or what is wrong and what to do as two parts of it."""

    def __str__(self) -> str:
        return ": ".join(map(str, self.args))

    @property
    def fault(self) -> str:
        """What is wrong, without what to do where that is a part of its own."""
        return str(self.args[0]) if self.args else ""


class ConfigError(StsError):
    """A setting is unknown or has a value that cannot be used."""


class DataError(StsError):
    """A file is missing, damaged, or not what it should be."""


class PluginError(StsError):
    """A class named in a setting cannot be loaded, or does not fit its protocol."""


class RenderError(StsError):
    """A synthetic clip cannot be made from this choice; the next attempt may succeed."""


class ServerError(StsError):
    """A server does not answer, or answers with an error."""
