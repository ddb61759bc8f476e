"""Fashion-MNIST: found, downloaded, verified, split; augmentation."""
