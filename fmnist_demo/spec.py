"""What an example is: its classes, its size and its normalisation."""

from fmnist_demo.errors import UserError

CLASS_NAMES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""The ten classes of Fashion-MNIST, in the order of its labels 0 to 9 (arXiv 1708.07747)."""

SLUGS = tuple(name.lower().replace(" ", "-") for name in CLASS_NAMES)
"""The class names as they stand in file and folder names: `t-shirt`, ..., `ankle-boot`."""

NO_GARMENT = len(CLASS_NAMES)
"""The label of a picture of no class; only some networks have an output for it."""

IMAGE_SIZE = 28
"""Height and width of an example, in pixels."""

MEAN, STD = 0.2860, 0.3530
"""Mean and standard deviation of the 60,000 training images' pixels, in units of full white."""


def standardise(brightness):
    """Scale brightness as the networks expect it: 0..1 -> (x - MEAN) / STD.

    `brightness` is an array or tensor of any shape, 0 black to 1 white; the garment is bright on
    black, as in Fashion-MNIST.
    """
    return (brightness - MEAN) / STD


def standardise_(brightness):
    """`standardise` in place, for the many batches of a training."""
    return brightness.sub_(MEAN).div_(STD)


def normalise(pixels):
    """`standardise` for pixels as they are stored: 0 black to 255 white, of any shape."""
    return standardise(pixels / 255)


def parse_classes(name: str) -> tuple[int, ...]:
    """The labels that a file or folder name stands for: `"sneaker+ankle-boot"` -> `(7, 9)`.

    Raises `UserError` if a part is not one of `SLUGS`.
    """
    labels = []
    for slug in name.split("+"):
        if slug not in SLUGS:
            raise UserError(
                f"“{name}” is not a class name: use one of {', '.join(SLUGS)}, "
                "or several of them joined by “+”."
            )
        labels.append(SLUGS.index(slug))
    return tuple(labels)
