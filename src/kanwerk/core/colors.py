"""Colours: names of one fixed palette, which the themes turn into what is seen."""

from enum import Enum


class Color(Enum):
    """A colour of the palette."""

    RED = "red"
    ORANGE = "orange"
    AMBER = "amber"
    LIME = "lime"
    GREEN = "green"
    TEAL = "teal"
    CYAN = "cyan"
    BLUE = "blue"
    INDIGO = "indigo"
    VIOLET = "violet"
    PINK = "pink"
    SLATE = "slate"
