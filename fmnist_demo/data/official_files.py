"""The four official files of Fashion-MNIST, with their checksums."""

from dataclasses import dataclass

from fmnist_demo.spec import IMAGE_SIZE

MIRRORS = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
"""The starts of the URLs to download from, tried in turn: torchvision's."""

SOURCE = "https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion"
"""The authors' page with the official files, for downloading them by hand."""


@dataclass(frozen=True)
class OfficialFile:
    """One file of the data set, in idx format, compressed with gzip."""

    name: str
    """The name of the decompressed file."""
    size: int
    """Bytes of the compressed file."""
    md5: str
    """MD5 of the compressed file."""
    shape: tuple[int, ...]
    """Shape of the unsigned bytes inside."""
    idx_md5: str
    """MD5 of the decompressed file."""

    @property
    def gz(self) -> str:
        """The name of the compressed file."""
        return f"{self.name}.gz"


# The mirrors and the MD5 sums of the compressed files are torchvision's, and tests compare them.
# They are copied because importing torchvision takes a second.
TRAINING_FILES = (
    OfficialFile(
        "train-images-idx3-ubyte",
        26_421_880,
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        (60_000, IMAGE_SIZE, IMAGE_SIZE),
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    ),
    OfficialFile(
        "train-labels-idx1-ubyte",
        29_515,
        "25c81989df183df01b3e8a0aad5dffbe",
        (60_000,),
        "9018921c3c673c538a1fc5bad174d6f9",
    ),
)
TEST_FILES = (
    OfficialFile(
        "t10k-images-idx3-ubyte",
        4_422_102,
        "bef4ecab320f06d8554ea6380940ec79",
        (10_000, IMAGE_SIZE, IMAGE_SIZE),
        "8181f5470baa50b63fa0f6fddb340f0a",
    ),
    OfficialFile(
        "t10k-labels-idx1-ubyte",
        5_148,
        "bb300cfdad3c16e7a12a480ee83cd310",
        (10_000,),
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
)
