"""Synthetic training images: drawings, cloth and scribbles."""
