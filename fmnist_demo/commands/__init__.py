"""The commands of `python -m fmnist_demo`: a module each, with its options beside what it does."""
