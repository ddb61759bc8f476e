"""Train, compare, evaluate and use networks that name clothes."""

import argparse
import os
import sys
from pathlib import Path

import torch

from fmnist_demo.commands import classify, evaluate, path, study, train
from fmnist_demo.errors import UserError, exit_status

COMMANDS = {
    "train": train,
    "path": path,
    "study": study,
    "evaluate": evaluate,
    "classify": classify,
}
"""A module each: its docstring is the help, `add_options` adds its options, `run` does it."""


def parser() -> argparse.ArgumentParser:
    """The whole command line; its program is what was typed, the command or the module."""
    installed = Path(sys.argv[0]).stem == "fmnist-demo"
    program = "fmnist-demo" if installed else "python -m fmnist_demo"
    top = argparse.ArgumentParser(prog=program, description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        about = command.__doc__.rstrip(".")
        sub = commands.add_parser(name, help=about[0].lower() + about[1:], description=about)
        command.add_options(sub)
        sub.add_argument("--threads", type=int, help="CPU threads (default: all cores)")
        sub.set_defaults(run=command.run)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command. Returns the exit status: 0, 2 for a user's error, 130 for Ctrl-C."""
    args = parser().parse_args(argv)
    return exit_status(lambda: _run(args))


def _run(args: argparse.Namespace) -> None:
    if args.threads is not None and args.threads < 1:
        raise UserError(f"--threads must be 1 or more, not {args.threads}.")
    torch.set_num_threads(args.threads or os.cpu_count() or 1)
    args.run(args)


if __name__ == "__main__":
    sys.exit(main())
