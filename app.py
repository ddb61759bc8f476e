"""Load the checkpoints, build the app, launch."""

import argparse

import torch

from fmnist_demo.networks.checkpoints import Collection
from fmnist_demo.ui.layout import LAUNCH, build


def parser() -> argparse.ArgumentParser:
    """The options; what is not given is left to Gradio, which reads its environment variables."""
    parser = argparse.ArgumentParser(description="Serve the page.", allow_abbrev=False)
    parser.add_argument(
        "--host",
        help="the address to listen on, 0.0.0.0 for every one; else $GRADIO_SERVER_NAME, or this "
        "machine alone",
    )
    parser.add_argument(
        "--port", type=int, help="else $GRADIO_SERVER_PORT, or the first that is free from 7860 on"
    )
    parser.add_argument(
        "--root-path",
        help="the sub-path under which a proxy shows the page, such as /draw; else "
        "$GRADIO_ROOT_PATH, or none",
    )
    return parser


def main() -> None:
    options = parser().parse_args()
    torch.set_num_threads(1)  # one answer is small; many visitors share the cores
    collection = Collection()
    for problem in collection.problems:
        print(problem)
    build(collection).launch(
        **LAUNCH,
        server_name=options.host,
        server_port=options.port,
        root_path=options.root_path,
    )


if __name__ == "__main__":
    main()
