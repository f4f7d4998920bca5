"""An arrow in the colour of a rule."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from gdlab.explorers import style
from gdlab.validation import Array


def arrow(axes: Axes, rule: str, width: float = 2.0) -> FancyArrowPatch:
    """Add an arrow, to be moved by `place_arrow`."""
    colour = style.RULES[rule].colour
    patch = FancyArrowPatch(
        (0, 0), (0, 0), color=colour, arrowstyle="-|>", mutation_scale=11, linewidth=width, shrinkA=0, shrinkB=0
    )
    axes.add_patch(patch)
    return patch


def place_arrow(patch: FancyArrowPatch, tail: Array, way: Array, length: float, visible: bool = True) -> None:
    """Let an arrow start at `tail` and point along `way`, so long."""
    patch.set_visible(bool(visible))
    if visible:
        patch.set_positions(tail, tail + length * way / np.hypot(*way))
