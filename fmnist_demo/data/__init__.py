"""Fashion-MNIST: download, verification, split and augmentation."""
