"""Errors that users can cause and fix."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """One sentence that says what is wrong and what to do about it.

    Every error caused by a user's input, disk or network is a `UserError`. The command line prints
    it and exits with status 2; the app shows it instead of an answer. Any other exception is a bug.
    """


def exit_status(command: Callable[[], object]) -> int:
    """Run a command: 0 on success, 2 on a `UserError`, 130 on Ctrl-C; prints errors on stderr."""
    try:
        command()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0
