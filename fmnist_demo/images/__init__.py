"""From any picture file to 28 x 28 pixels, with every stage in between."""
