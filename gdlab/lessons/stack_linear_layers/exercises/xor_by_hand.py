"""The exercise of notebook 05 on four points that no line can part, and its variants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.kinds import PropertyExercise


def xor_weights():
    # Both units look along x₁ − x₂, which is 0 for class 0 and 2 or −2 for class 1; one for each side.
    return {"W1": [[1, -1], [-1, 1]], "b1": [0, 0], "W2": [1, 1], "b2": -1}


def exchanged_weights():
    # Both units look along x₁ + x₂, which is 0 for class 0 and 2 or −2 for class 1; one for each side.
    return {"W1": [[1, -1], [1, -1]], "b1": [0, 0], "W2": [1, 1], "b2": -1}


def zero_and_one_weights():
    # Both units look along x₁ + x₂, which is 1 for class 0 and 0 or 2 for class 1; one for each side of 1.
    return {"W1": [[1, -1], [1, -1]], "b1": [-1, 1], "W2": [2, 2], "b2": -1}


def on_the_axes_weights():
    # Both units look along x₁, which is 0 for class 0 and 2 or −2 for class 1; one for each side.
    return {"W1": [[1, -1], [0, 0]], "b1": [0, 0], "W2": [1, 1], "b2": -1}


def tilted_weights():
    # Both units look along x₁ − 2 x₂, which is 0 for class 0 and 5 or −5 for class 1; one for each side.
    return {"W1": [[1, -1], [-2, 2]], "b1": [0, 0], "W2": [1, 1], "b2": -1}


def diamond_weights():
    # Both units look along x₂, which is 1 for class 0 and 0 or 2 for class 1; one for each side of 1.
    return {"W1": [[0, 0], [1, -1]], "b1": [-1, 1], "W2": [2, 2], "b2": -1}


@dataclass(frozen=True)
class _Four:
    """Four points, the first two of class 0 and the last two of class 1, that two units can part and no line can.

    Along `look`, a direction with the weights `along`, the points of class 0 fall on one spot between those of class 1.
    """

    points: tuple[tuple[float, float], ...]
    look: str
    along: tuple[float, float]
    solution: Callable[[], Mapping[str, Any]]

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(f"({_signed(one)}, {_signed(other)})" for one, other in self.points)

    @property
    def spots(self) -> tuple[float, ...]:
        """Where class 0 stands along the direction, and the two places of class 1, from left to right."""
        along = np.array(self.points) @ self.along
        return along[0], *sorted(along[2:])


def _signed(number):
    return f"{number:g}".replace("-", "−")


_FOURS = (
    _Four(((-1, -1), (1, 1), (-1, 1), (1, -1)), "x₁ − x₂", (1, -1), xor_weights),
    _Four(((-1, 1), (1, -1), (-1, -1), (1, 1)), "x₁ + x₂", (1, 1), exchanged_weights),
    _Four(((0, 1), (1, 0), (0, 0), (1, 1)), "x₁ + x₂", (1, 1), zero_and_one_weights),
    _Four(((0, -2), (0, 2), (-2, 0), (2, 0)), "x₁", (1, 0), on_the_axes_weights),
    _Four(((2, 1), (-2, -1), (1, -2), (-1, 2)), "x₁ − 2 x₂", (1, -2), tilted_weights),
    _Four(((0, 1), (2, 1), (1, 0), (1, 2)), "x₂", (0, 1), diamond_weights),
)
MARGIN = 0.5


def _z(points, W1, b1, W2, b2):
    with np.errstate(all="ignore"):
        return np.maximum(points @ W1 + b1, 0) @ W2 + b2


def _judge(four, W1, b1, W2, b2):
    with np.errstate(all="ignore"):
        hidden = np.array(four.points) @ W1 + b1
    z = _z(np.array(four.points), W1, b1, W2, b2)
    told = "z is " + ", ".join(f"{value:.3g} at {place}" for value, place in zip(z, four.places, strict=True)) + "."
    told = told.replace("-", "−")
    margins = z * np.array([-1, -1, 1, 1])
    if (margins >= MARGIN).all():
        return 1.0, (told,)
    if (margins > 0).all():
        return 0.5, (told, f"All four are on the right side of 0. z is to be at least {MARGIN} away from it.")
    words = [told, f"Wanted: at most −{MARGIN} at the first two and at least {MARGIN} at the other two."]
    if (margins < 0).all():
        words.append(
            "The two classes are exchanged: along your direction class 0 stands apart. Which direction puts class 0 on one spot?"
        )
    elif z[:2].max() < z[2:].min():
        words.append(
            "The order is right; only the place of 0 is not. Which number moves all four z by the same amount?"
        )
    for_bits = _z((np.array(four.points) + 1) / 2, W1, b1, W2, b2)
    if set(np.ravel(four.points)) == {-1, 1} and for_bits[:2].max() < for_bits[2:].min():
        words.append("Your weights part these four if the inputs are 0 and 1. Here they are −1 and 1: mend the biases.")
    elif np.linalg.matrix_rank(W1) == 1 and (W1[:, 0] @ W1[:, 1] > 0):
        words.append("Both hidden units look in the same direction.")
    if (margins > 0).sum() == 3:
        words.append("Three of the four are right. A single straight line can do that, too.")
    for unit, z_hidden in enumerate(hidden.T, start=1):
        if (z_hidden <= 0).all():
            words.append(f"Hidden unit {unit} is 0 at all four points: as if it were not there.")
        elif (z_hidden >= 0).all():
            words.append(f"Hidden unit {unit} has all four points on one side of its bend: here it is a linear unit.")
    return 0.0, tuple(words)


def _by_hand(slug, four):
    zero, left, right = map(_signed, four.spots)
    published = four is _FOURS[0]
    elsewhere = "" if four.spots[0] == 0 else " and in another place"
    biases = "" if four.spots[0] == 0 else f", with biases that make both 0 where {four.look} is {zero}"
    return PropertyExercise(
        slug=slug,
        name="weights",
        title="XOR by hand" if published else "Four points by hand",
        points=3,
        shapes={"W1": (2, 2), "b1": (2,), "W2": (2,), "b2": ()},
        judge=partial(_judge, four),
        solution=four.solution,
        hints=(
            "Mark the four points on paper. In which direction must you look so that the two of class 0 fall on one spot, "
            "and those of class 1 to the left and to the right of it?",
            f"Along {four.look} class 0 stands at {zero}, class 1 at {left} and at {right}. That is the strip from above, with "
            f"another input{elsewhere}.",
            f"A column of `W1` is one unit: give the first the input {four.look} and the second the opposite{biases}. Each is then "
            "positive for one point only. Let the output add them up, and choose `b2` so that 0 becomes negative.",
        ),
    )


XOR_BY_HAND = Family(
    _by_hand("xor-by-hand", _FOURS[0]),
    {
        f"class 0 at {four.places[0]} and {four.places[1]}, class 1 at {four.places[2]} and {four.places[3]}": _by_hand(
            "xor-by-hand", four
        )
        for four in _FOURS[1:]
    },
    Path(__file__).parent / "variants",
    name="four-by-hand",
)
