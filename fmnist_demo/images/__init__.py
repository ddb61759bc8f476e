"""Any picture file to pixels, to the garment, to 28 x 28, with every stage on the way."""
