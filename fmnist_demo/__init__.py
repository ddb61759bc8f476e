"""Fashion-MNIST multilayer perceptrons that people can draw for."""
