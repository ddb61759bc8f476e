"""Load the checkpoints, build the app, launch."""

import argparse
import gc


def parser() -> argparse.ArgumentParser:
    """The options. Gradio chooses what is not given, from its environment variables or defaults."""
    parser = argparse.ArgumentParser(description="Serve the page.", allow_abbrev=False)
    parser.add_argument(
        "--host",
        help="address to listen on; 0.0.0.0 accepts connections from other machines (default: "
        "$GRADIO_SERVER_NAME, or 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=int,
        help="port (default: $GRADIO_SERVER_PORT, or the first free one from 7860)",
    )
    parser.add_argument(
        "--root-path",
        help="sub-path at which a proxy serves the page, such as /draw "
        "(default: $GRADIO_ROOT_PATH, or none)",
    )
    return parser


def main() -> None:
    options = parser().parse_args()
    gc.disable()  # imports make many objects and hardly any garbage, but would collect often
    import torch

    from fmnist_demo.networks.checkpoints import Collection
    from fmnist_demo.ui.layout import LAUNCH, build

    torch.set_num_threads(1)  # one answer is small; many visitors share the cores
    collection = Collection()
    for problem in collection.problems:
        print(problem)
    app = build(collection)
    gc.freeze()  # what exists now stays, so no later collection looks through it
    gc.enable()
    app.launch(
        **LAUNCH,
        server_name=options.host,
        server_port=options.port,
        root_path=options.root_path,
    )


if __name__ == "__main__":
    main()
