"""Load the checkpoints, build the app, launch."""

import torch

from fmnist_demo.checkpoints import Collection
from fmnist_demo.ui.layout import LAUNCH, build


def main() -> None:
    torch.set_num_threads(1)  # one answer is small; many visitors share the cores
    collection = Collection()
    for problem in collection.problems:
        print(problem)
    build(collection).launch(**LAUNCH)


if __name__ == "__main__":
    main()
