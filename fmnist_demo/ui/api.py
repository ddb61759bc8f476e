"""The named endpoints /classify and /compare, for programs. The README documents them."""

from collections.abc import Callable

import gradio as gr

from fmnist_demo.errors import UserError
from fmnist_demo.images.preprocessing import prepare
from fmnist_demo.networks.checkpoints import Checkpoint, Collection
from fmnist_demo.networks.inference import Prediction, predict
from fmnist_demo.networks.regularisation import REGULARISERS
from fmnist_demo.ui.picture import Picture


def build(collection: Collection) -> None:
    """Add the endpoints; their components are on the page but hidden."""

    def predictions(image, choose: Callable[[], list[Checkpoint]]) -> list[Prediction]:
        try:
            if image is None:
                raise UserError("The request contains no picture: send a file.")
            prepared = prepare(image)
            return predict(choose(), prepared.pixels, prepared.problem)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def classify(image, layers, regulariser):
        """Classify the garment in a picture with one network."""
        (prediction,) = predictions(image, lambda: [collection.get(layers, regulariser)])
        return dict(prediction.ranked)

    def compare(image):
        """Classify the garment in a picture with every network."""
        return [prediction.as_dict() for prediction in predictions(image, collection.choose)]

    depths = sorted({c.layers for c in collection})
    with gr.Column(visible=False):
        image = Picture(label="image")
        layers = gr.Dropdown(depths, value=depths[0] if depths else None, label="layers")
        regulariser = gr.Dropdown(list(REGULARISERS), value="none", label="regulariser")
        label, networks = gr.Label(), gr.JSON()
        button = gr.Button()
    button.click(classify, [image, layers, regulariser], label, api_name="classify", queue=False)
    button.click(compare, image, networks, api_name="compare", queue=False)
