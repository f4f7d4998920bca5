"""The exercise of notebook 05 on four points that no line can separate, and its variants: other four points."""

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.property_exercise import PropertyExercise

MARGIN = 0.5


def xor_weights():
    # Both units look along x₁ − x₂, which is 0 for class 0 and 2 or −2 for class 1; one for each side.
    return {"W1": [[1, -1], [-1, 1]], "b1": [0, 0], "W2": [1, 1], "b2": -1}


def weights_along(*, along, zero):
    # Both units look along one direction, on which class 0 is at one place, `zero`, and class 1 on either side of it.
    one, other = along
    return {"W1": [[one, -one], [other, -other]], "b1": [-zero, zero], "W2": [2, 2], "b2": -1}


def _z(points, W1, b1, W2, b2):
    with np.errstate(all="ignore"):
        return np.maximum(points @ W1 + b1, 0) @ W2 + b2


def _signed(number):
    return f"{number:g}".replace("-", "−")


def _places(points):
    return [f"({_signed(one)}, {_signed(other)})" for one, other in points]


def _judge(W1, b1, W2, b2, *, points):
    points = np.array(points)
    with np.errstate(all="ignore"):
        hidden = points @ W1 + b1
    z = _z(points, W1, b1, W2, b2)
    told = "z is " + ", ".join(f"{value:.3g} at {place}" for value, place in zip(z, _places(points), strict=True)) + "."
    told = told.replace("-", "−")
    margins = z * np.array([-1, -1, 1, 1])
    if (margins >= MARGIN - 1e-9).all():  # 2 × 0.7 − 0.9 is 0.5, and a little less in 64 bits
        return 1.0, (told,)
    if (margins > 0).all():
        return 0.5, (told, f"All four are on the right side of 0. z is to be at least {MARGIN} away from it.")
    words = [told, f"Wanted: at most −{MARGIN} at the first two and at least {MARGIN} at the other two."]
    if (margins < 0).all():
        words.append(
            "The two classes are exchanged: all four signs of z are wrong. Turn the output round, or look along another direction."
        )
    elif z[:2].max() < z[2:].min():
        words.append(
            "The order is right; only the place of 0 is not. Which number moves all four z by the same amount?"
        )
    for_bits = _z((points + 1) / 2, W1, b1, W2, b2)
    if set(np.ravel(points)) == {-1, 1} and for_bits[:2].max() < for_bits[2:].min():
        words.append(
            "Your weights separate these four if the inputs are 0 and 1. Here they are −1 and 1: mend the biases."
        )
    elif _look_the_same_way(W1):
        words.append(
            "Both hidden units look in the same direction: only where they switch on, and how steeply, can differ."
        )
    if (margins > 0).sum() == 3:
        words.append("Three of the four are right. A single straight line can do that, too.")
    for unit, z_hidden in enumerate(hidden.T, start=1):
        if (z_hidden <= 0).all():
            words.append(f"Hidden unit {unit} is 0 at all four points: as if it were not there.")
        elif (z_hidden >= 0).all():
            words.append(f"Hidden unit {unit} has all four points on one side of its bend: here it is a linear unit.")
    return 0.0, tuple(words)


def _look_the_same_way(W1):
    with np.errstate(all="ignore"):  # NumPy 1.26 overflows at the rank of large weights
        return np.linalg.matrix_rank(W1) == 1 and W1[:, 0] @ W1[:, 1] > 0


def _told(points, look, along):
    """Return what the exercise says of four points, of which the first two, class 0, are at one place along a direction."""
    at = np.array(points) @ along
    places = _places(points)
    zero, left, right = map(_signed, (at[0], *sorted(at[2:])))
    elsewhere = " and in another place" if at[0] else ""
    biases = f", with biases that make both 0 where {look} is {zero}" if at[0] else ""
    return {
        "given": {
            "points": points,
            "class_0": " and ".join(places[:2]),
            "class_1": " and ".join(places[2:]),
            "along": along,
            "zero": int(at[0]),
        },
        "hints": (
            "Mark the four points on paper. In which direction must you look so that the two of class 0 fall on one spot, and "
            "those of class 1 to the left and to the right of it?",
            f"Along {look} class 0 is at {zero}, class 1 at {left} and at {right}. That is the strip from above, with another "
            f"input{elsewhere}.",
            f"A column of `W1` is one unit: give the first the input {look} and the second the opposite{biases}. Each is then "
            "positive for one point only. Let the output add them up, and choose `b2` so that 0 becomes negative.",
        ),
    }


XOR_BY_HAND = PropertyExercise(
    slug="xor-by-hand",
    name="weights",
    title="XOR by hand",
    points=3,
    shapes={"W1": (2, 2), "b1": (2,), "W2": (2,), "b2": ()},
    judge=_judge,
    solution=xor_weights,
    consequence="Two bends are enough for what no linear stack can do, however deep.",
    **_told(((-1, -1), (1, 1), (-1, 1), (1, -1)), "x₁ − x₂", (1, -1)),
)

_OTHERS = (
    (((-1, 1), (1, -1), (-1, -1), (1, 1)), "x₁ + x₂", (1, 1)),
    (((0, 1), (1, 0), (0, 0), (1, 1)), "x₁ + x₂", (1, 1)),
    (((0, -2), (0, 2), (-2, 0), (2, 0)), "x₁", (1, 0)),
    (((2, 1), (-2, -1), (1, -2), (-1, 2)), "x₁ − 2 x₂", (1, -2)),
    (((0, 1), (2, 1), (1, 0), (1, 2)), "x₂", (0, 1)),
)

FAMILY = Family(
    XOR_BY_HAND,
    {
        "class 0 at {} and {}, class 1 at {} and {}".format(*_places(four[0])): XOR_BY_HAND.but(
            title="Four points by hand", solution=weights_along, **_told(*four)
        )
        for four in _OTHERS
    },
    name="four-by-hand",
)
