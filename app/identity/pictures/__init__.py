"""Pictures of cards: laid out once (`forms`, in the shapes of `scene`), drawn as PNG and as SVG.

A new form of the card is a new layout in `forms.py`; a new kind of picture is a new drawer beside
`png.py` and `svg.py`.
"""
