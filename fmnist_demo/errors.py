"""What a person is told when something is wrong."""


class UserError(Exception):
    """One sentence for a person: what is wrong and what to do about it.

    Every error that a user's input, disk or network can cause is a `UserError`. The command line
    prints it and exits with 2; the app shows it in place of an answer. Anything else is a bug.
    """
