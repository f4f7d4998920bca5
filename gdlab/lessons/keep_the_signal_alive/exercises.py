"""Exercises of notebook 08."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.kinds import FunctionExercise, Misconception, NumbersExercise


def weight_variance(d, leak):
    # mean of a² = (1 + leak²)/2 × mean of z², since half of the z are negative; the next mean of z² is d v times that.
    return 2 / (d * (1 + leak**2))


def dead_units(X, W, b):
    z = X @ W + b
    return int((z <= 0).all(axis=0).sum())


def _layer(rng):
    d = int(rng.integers(2, 6))
    leak = float(rng.choice([0.0, 0.01, 0.1, 0.25, 0.5]))
    return int(rng.choice([4, 10, 16, 50, 100])) + d, leak


def _relu_layer(rng):
    n, d, k, kind = int(rng.integers(7, 12)), 3, int(rng.integers(6, 9)), rng.integers(3)
    X, W = rng.normal(0, 1, (n, d)), rng.normal(0, 1, (d, k))
    X[:, 0], W[0] = np.abs(X[:, 0]), -1 - np.abs(W[0])
    W[:, 2] = 0.0
    W[1:, 5] = 0.0  # without its bias it would be off at every sample
    if kind == 1:
        X[: rng.integers(1, 3)] = 4.0, 0.0, 0.0  # one or two samples at which all units are off
    z = X @ W
    lowest, highest = z.min(axis=0), z.max(axis=0)
    b = -lowest - rng.uniform(0.1, 1.0, k)  # off at some sample and on at others
    b[0] = -highest[0] - 0.5  # dead
    b[1] = -highest[1] - 0.1  # dead, if not by much
    b[2] = 0.0  # z is 0 at every sample, and the slope there is 0: dead
    b[3] = -np.sort(z[:, 3])[-2:].mean()  # awake at one sample only
    if kind == 0:
        b[4] = -lowest[4] + 0.3  # awake at every sample
    elif kind == 2:
        b = np.minimum(b, -highest - 0.1 * (np.arange(k) != 2))  # all are dead
    b, order = b[None], rng.permutation(k)
    return X, W[:, order], b[:, order]


@dataclass(frozen=True)
class _Row:
    """Units in a row: `weight` is that of question 2, `stage` what a stage of question 3 multiplies the error by, `gives`
    what the units of question 4 give, and `relu_weight` the weight of question 5."""

    units: int
    weight: int
    stage: float
    gives: float
    relu_weight: int

    @property
    def word(self) -> str:
        return {4: "four", 5: "five", 6: "six", 7: "seven"}[self.units]

    @property
    def fewer(self) -> str:
        return {4: "Three", 5: "Four", 6: "Five", 7: "Six"}[self.units]


def _share(value):
    return {0.75: "¾", 0.25: "¼"}.get(value, f"{value:g}")


def _units_in_a_row(slug, row):
    n, a = row.units, row.gives
    slope, kept = a * (1 - a), 4 * row.stage
    passed = kept * slope  # what a stage of question 4 multiplies by
    tanh_slope = 1 - np.tanh(np.log(a / (1 - a))) ** 2
    right = (4**n, (4 / row.weight) ** n, kept, passed**-n)
    power = str(n).translate(str.maketrans("4567", "⁴⁵⁶⁷"))
    return NumbersExercise(
        slug=slug,
        name="units_in_a_row",
        title=f"{row.word.capitalize()} units in a row",
        points=3,
        answer=(*right, 0),
        explanation=(
            f"The error passes {row.word} weights and {row.word} slopes. σ′(0) = ¼, so 4{power} = {right[0]}; with weights "
            f"{row.weight} each stage is {row.weight}/4, and (4/{row.weight}){power} is about {right[1]:.4g}; a weight of {kept:g} "
            f"makes it {row.stage:g}. Where the unit gives {_share(a)} the slope is {_share(a)} · {_share(1 - a)}, "
            f"times {kept:g} that is {passed:.4g}, and {passed:.4g}⁻{power} is about {right[3]:.4g}. One ReLU that is off has the "
            "slope 0, and so has the whole product."
        ),
        hints=(
            "Write one stage first: by which number is the error multiplied on its way past one weight and one slope?",
            f"σ′ = σ (1 − σ). At z = 0 that is ½ · ½; where the unit gives {_share(a)} it is {_share(a)} · {_share(1 - a)}.",
            f"{row.word.capitalize()} equal stages are one stage to the power {n}. Questions 1, 2 and 4 ask for the inverse of "
            "that.",
        ),
        misconceptions=(
            Misconception(
                "one stage too few",
                (4 ** (n - 1), (4 / row.weight) ** (n - 1), kept, passed ** (1 - n), 0),
                f"You counted the gaps between {row.word} units. Between the output's z and the z of unit 1 lie {row.word} "
                f"weights and {row.word} slopes: the output counts, too.",
            ),
            Misconception(
                "one stage too many",
                (4 ** (n + 1), (4 / row.weight) ** (n + 1), kept, passed ** -(n + 1), 0),
                f"Count the stages from the output's z down to the z of unit 1: {row.word} weights and {row.word} slopes.",
            ),
            Misconception(
                "question 4 answered with the slopes of question 3",
                (*right[:3], row.stage**-n, 0),
                "The weight is the same as in question 3, and the slope is not: it was ¼ at z = 0. What is it where the unit "
                f"gives {_share(a)}?",
            ),
            Misconception(
                "the weight is forgotten in question 4",
                (*right[:3], slope**-n, 0),
                "Your slope is right. Each stage has the weight of question 3, too.",
            ),
            Misconception(
                "f in place of f′",
                (2**n, (2 / row.weight) ** n, 2 * row.stage, (2 * row.stage * a) ** -n, 0),
                f"You multiplied by what the units give, ½ and {_share(a)}. On the way back it is by how much they would give "
                "more.",
            ),
            Misconception(
                "f in place of f′ in question 4",
                (*right[:3], (kept * a) ** -n, 0),
                f"In question 4 you multiplied by what the units give, {_share(a)}, instead of their slope.",
            ),
            Misconception(
                "one slope everywhere",
                (2**n, (2 / row.weight) ** n, 2 * row.stage, row.stage**-n, 0),
                "You took ½, what a sigmoid gives at z = 0, for its slope, and the same slope in question 4, where z is another.",
            ),
            Misconception(
                "the weight upside down",
                (*right[:2], 1 / kept, right[3], 0),
                f"By the weight and the slope together, the error is multiplied by {row.stage:g} here. One slope is ¼.",
            ),
            Misconception(
                "the ReLU that is off counts as on",
                (*right, row.relu_weight**n),
                f"You let all {row.word} pass the error. What is the slope of a ReLU at z = −1?",
            ),
            Misconception(
                "the slope of tanh",
                (1, row.weight**-n, row.stage, (row.stage * tanh_slope) ** -n, 0),
                "A slope of 1 at z = 0 is that of tanh. These are sigmoid units.",
            ),
            Misconception(
                "the weights are forgotten",
                (4**n, 4**n, kept, slope**-n, 0),
                "Your slopes are right. What else does the error pass at each stage?",
            ),
            Misconception(
                "upside down",
                (4**-n, (row.weight / 4) ** n, kept, passed**n, 0),
                "Questions 1, 2 and 4 ask how many times *smaller* the error is at unit 1, which is a number above 1.",
            ),
            Misconception(
                "added instead of multiplied",
                (4 / n, 4 / row.weight / n, kept, 1 / passed / n, 0),
                f"You divided by the sum of {row.word} stages. The error goes through them one after the other.",
            ),
            Misconception(
                "the ReLU that is off only lowers the error",
                (*right, row.relu_weight ** (n - 1)),
                f"{row.fewer} stages of {row.relu_weight} make {row.relu_weight ** (n - 1)}. And by what does the last one, with "
                "z = −1, multiply?",
            ),
        ),
    )


_SIX = _Row(6, 2, 1, 0.75, 2)
_OTHERS = {
    "five units, other weights and outputs": _Row(5, 2, 1, 0.8, 3),
    "four units, other weights and outputs": _Row(4, 3, 1, 0.9, 3),
    "five units, other weights and outputs (2)": _Row(5, 3, 0.5, 0.8, 2),
    "seven units, other weights and outputs": _Row(7, 2, 1, 0.8, 3),
    "four units, other weights and outputs (2)": _Row(4, 3, 0.5, 0.9, 2),
    "seven units, other weights and outputs (2)": _Row(7, 3, 1, 0.75, 2),
    "five units, other weights and outputs (3)": _Row(5, 3, 1, 0.9, 2),
}

UNITS_IN_A_ROW = Family(
    _units_in_a_row("six-in-a-row", _SIX),
    {about: _units_in_a_row("six-in-a-row", row) for about, row in _OTHERS.items()},
    Path(__file__).parent / "variants",
    name="units-in-a-row",
)

EXERCISES = (
    UNITS_IN_A_ROW.published,
    FunctionExercise(
        slug="weight-variance",
        title="The variance that keeps the size",
        points=3,
        solution=weight_variance,
        inputs=_layer,
        parts=("the variance",),
        hints=(
            "Go one layer on: mean of z² in the next layer = d × v × mean of a². For the identity a is z.",
            "Half of the z are positive, and there a² = z². In the other half a = leak · z. What is the mean of a² "
            "then, as a share of the mean of z²?",
            "That share is (1 + leak²)/2. Now d × v × share has to be 1.",
        ),
        misconceptions=(
            Misconception(
                "right for the identity only",
                lambda d, leak: 1 / d,
                "This keeps the size if a = z. What does the activation do to half of the z?",
            ),
            Misconception(
                "the leak is forgotten",
                lambda d, leak: 2 / d,
                "Right for a ReLU without a leak. With one, the negative half still adds a little to the mean of a².",
            ),
            Misconception(
                "the mean square of a without its half",
                lambda d, leak: 1 / (d * (1 + leak**2)),
                "You took z² and leak² z² of all z. Each of the two has only half of the z.",
            ),
            Misconception(
                "the variance of a in place of its mean square",
                lambda d, leak: 1 / (d * ((1 + leak**2) / 2 - (1 - leak) ** 2 / (2 * np.pi))),
                "You took the variance of a. The mean of a is not 0 here, and it counts, too.",
            ),
            Misconception(
                "upside down",
                lambda d, leak: d * (1 + leak**2) / 2,
                "By this number the mean square grows, for weights of variance 1. Which variance makes up for it?",
            ),
            Misconception(
                "the standard deviation",
                lambda d, leak: np.sqrt(2 / (d * (1 + leak**2))),
                "This is the standard deviation. What is asked for is its square.",
            ),
            Misconception(
                "the leak is not squared",
                lambda d, leak: 2 / (d * (1 + leak)),
                "You averaged the slopes. It is the square of z that has to keep its mean: what becomes of z² below 0?",
            ),
            Misconception(
                "squared after averaging",
                lambda d, leak: 1 / (d * ((1 + leak) / 2) ** 2),
                "You squared the mean of the slopes. Take the mean of the squares.",
            ),
            Misconception(
                "the share without its inverse",
                lambda d, leak: (1 + leak**2) / (2 * d),
                "An activation that takes half of the mean square away asks for larger weights, not for smaller ones.",
            ),
            Misconception(
                "the number of inputs is missing",
                lambda d, leak: 2 / (1 + leak**2),
                "The more inputs a unit adds up, the larger its z becomes. Where is d?",
            ),
        ),
    ),
    FunctionExercise(
        slug="dead-units",
        title="Count the dead",
        points=2,
        solution=dead_units,
        inputs=_relu_layer,
        parts=("the number of dead units",),
        hints=(
            "`X @ W + b` has a row for each sample and a column for each unit. Which of its signs are those of one unit?",
            "A unit is dead if *all* samples find it off: `(…).all(axis=…)` asks that of a whole axis.",
            "At z = 0 the slope is 0 here, so a z of exactly 0 counts as off. Then count the columns: `.sum()`.",
        ),
        misconceptions=(
            Misconception(
                "zero slopes are counted, not units",
                lambda X, W, b: int((X @ W + b <= 0).sum()),
                "This counts pairs of a sample and a unit. A unit that is off at one sample may be on at another.",
            ),
            Misconception(
                "off at one sample is enough",
                lambda X, W, b: int((X @ W + b <= 0).any(axis=0).sum()),
                "These are the units that are off at some sample, as any ReLU is now and then. A dead one is off at every.",
            ),
            Misconception(
                "off on average",
                lambda X, W, b: int(((X @ W + b).mean(axis=0) <= 0).sum()),
                "A mean z below 0 does not make a unit dead: one sample that switches it on is enough to teach it.",
            ),
            Misconception(
                "z = 0 counts as on",
                lambda X, W, b: int((X @ W + b < 0).all(axis=0).sum()),
                "There is a unit whose z is exactly 0 at every sample. What is its slope, by the convention used here?",
            ),
            Misconception(
                "the bias is forgotten",
                lambda X, W, b: int((X @ W <= 0).all(axis=0).sum()),
                "You left out b. It moves the z of a unit at all samples, and is what switches most dead units off.",
            ),
            Misconception(
                "samples are counted",
                lambda X, W, b: int((X @ W + b <= 0).all(axis=1).sum()),
                "This asks each sample whether all units are off. Ask each unit whether it is off at all samples.",
            ),
            Misconception(
                "only a z of exactly 0 counts as off",
                lambda X, W, b: int((X @ W + b == 0).all(axis=0).sum()),
                "A ReLU is off where its z is negative, too.",
            ),
            Misconception(
                "all at once",
                lambda X, W, b: int((X @ W + b <= 0).all()),
                "This asks once, of the whole layer, whether everything is off. Ask each unit: along which axis?",
            ),
            Misconception(
                "which, and not how many",
                lambda X, W, b: (X @ W + b <= 0).all(axis=0),
                "These tell which units are dead. How many are they?",
            ),
            Misconception(
                "which, and not how many",
                lambda X, W, b: np.flatnonzero((X @ W + b <= 0).all(axis=0)),
                "These tell which units are dead. How many are they?",
            ),
            Misconception(
                "how many are off at a sample",
                lambda X, W, b: float((X @ W + b <= 0).sum() / len(X)),
                "So many are off at a sample, on average. They may be others at the next one: dead ones are off at all.",
            ),
            Misconception(
                "the bias has the wrong sign",
                lambda X, W, b: int((X @ W - b <= 0).all(axis=0).sum()),
                "You subtracted b. It is added to what comes in.",
            ),
            Misconception(
                "always on instead of always off",
                lambda X, W, b: int((X @ W + b > 0).all(axis=0).sum()),
                "These are the units that are on at every sample. A dead one is on at none.",
            ),
            Misconception(
                "the living are counted",
                lambda X, W, b: int((X @ W + b > 0).any(axis=0).sum()),
                "These are the units that are on at some sample. You want the others.",
            ),
            Misconception(
                "a share",
                lambda X, W, b: float((X @ W + b <= 0).all(axis=0).mean()),
                "This is the share of the units. What is asked for is their number.",
            ),
        ),
    ),
)

FAMILIES = (UNITS_IN_A_ROW,)
