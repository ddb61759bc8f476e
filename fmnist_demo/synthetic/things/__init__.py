"""Everyday things that are not garments, as people draw them in ten or twenty seconds.

Each public function of a module named in `kinds.MODULES` is one kind of thing. It takes a random
generator and returns strokes, arrays (n, 2) of x and y in any unit, y downwards; closed strokes end
where they start. `synthetic.drawings` adds the hand and the pen.
"""
