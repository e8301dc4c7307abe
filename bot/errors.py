"""The errors that are sentences for a person; everything else is a bug and crashes its step."""


class UserError(Exception):
    """A sentence for whoever typed or configured something: what is wrong and what to do. Never a stack trace."""


class ConfigError(UserError):
    """A configuration fault: the sentence names the file, the key and the remedy. The program exits with code 2."""


class PlatformDown(UserError):
    """A platform will not serve us until a person acts (a token refused, say). The sentence says how."""


class Unreached(UserError):
    """A platform cannot be reached just now, or is in trouble itself: weather, and tried again. Says which, in few words."""


class StoreDown(UserError):
    """The database cannot be read or written just now (a full disk, say). Nothing is lost: the step is tried again."""


class Unshown(Exception):
    """A message could not be laid out, which is a bug of ours: nothing of it was sent."""


class Unusable(Exception):
    """A trained part that cannot be used: one sentence, which `status` shows; the bot goes on without the part."""
