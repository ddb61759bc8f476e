"""What pyproject.toml cannot say: `weights/` is installed as the package `fmnist_demo.weights`."""

from setuptools import find_namespace_packages, setup

PACKAGES = find_namespace_packages(include=["fmnist_demo*"], exclude=["*__pycache__*"])

setup(
    packages=[*PACKAGES, "fmnist_demo.weights"],
    package_dir={"fmnist_demo.weights": "weights"},
)
