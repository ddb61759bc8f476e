"""What a person is told when something is wrong."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """One sentence for a person: what is wrong and what to do about it.

    Every error that a user's input, disk or network can cause is a `UserError`. The command line
    prints it and exits with 2; the app shows it in place of an answer. Anything else is a bug.
    """


def exit_status(command: Callable[[], object]) -> int:
    """Run a command to its end: 0, or 2 for a user's error and 130 for Ctrl-C, told on stderr."""
    try:
        command()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0
