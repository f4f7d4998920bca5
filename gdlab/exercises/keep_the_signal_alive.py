"""Exercises of notebook 08."""

import numpy as np

from gdlab.exercises.exercise import FunctionExercise, Misconception, NumbersExercise


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
    n, d, k = int(rng.integers(7, 12)), 3, int(rng.integers(6, 9))
    X, W, b = rng.normal(0, 1, (n, d)), rng.normal(0, 1, (d, k)), rng.normal(0, 1, (1, k))
    z = X @ W
    b[:, 0] = -z[:, 0].max() - 0.5  # dead
    b[:, 1] = -z[:, 1].max() - 0.1  # dead, if not by much
    W[:, 2], b[:, 2] = 0.0, 0.0  # z is 0 at every sample, and the slope there is 0: dead
    b[:, 3] = -np.sort(z[:, 3])[-2:].mean()  # awake at one sample only
    b[:, 4] = -z[:, 4].min() + 0.3  # awake at every sample
    order = rng.permutation(k)
    return X, W[:, order], b[:, order]


EXERCISES = (
    NumbersExercise(
        slug="six-in-a-row",
        title="Six units in a row",
        points=3,
        answer=(4096, 64, 4, (4 / 3) ** 6, 0),
        explanation=(
            "The error passes six weights and six slopes. σ′(0) = ¼, so 4⁶ = 4096; with weights 2 each stage is ½, so 2⁶ = "
            "64; a weight of 4 makes it 1. At ŷ = ¾ the slope is ¾ · ¼ = 3/16, times 4 that is ¾, and (4/3)⁶ is about 5.62. One "
            "ReLU that is off has the slope 0, and so has the whole product."
        ),
        hints=(
            "Write one stage first: by which number is the error multiplied on its way past one weight and one slope?",
            "σ′ = σ (1 − σ). At z = 0 that is ½ · ½; where the unit gives ¾ it is ¾ · ¼.",
            "Six equal stages are one stage to the power 6. Questions 1, 2 and 4 ask for the inverse of that.",
        ),
        misconceptions=(
            Misconception(
                "one stage too few",
                (4**5, 2**5, 4, (4 / 3) ** 5, 0),
                "You counted the gaps between six units. Between the output's z and the z of unit 1 lie six weights and six "
                "slopes: the output counts, too.",
            ),
            Misconception(
                "f in place of f′",
                (2**6, 1, 2, 1.5**-6, 0),
                "You multiplied by what the units give, ½ and ¾. On the way back it is by how much they would give more.",
            ),
            Misconception(
                "the slope of tanh",
                (1, 2**-6, 1, 0.36**-6, 0),
                "A slope of 1 at z = 0 is that of tanh. These are sigmoid units.",
            ),
            Misconception(
                "the weights are forgotten",
                (4096, 4096, 4, (16 / 3) ** 6, 0),
                "Your slopes are right. What else does the error pass at each stage?",
            ),
            Misconception(
                "upside down",
                (4**-6, 2**-6, 4, 0.75**6, 0),
                "Questions 1, 2 and 4 ask how many times *smaller* the error is at unit 1, which is a number above 1.",
            ),
            Misconception(
                "added instead of multiplied",
                (4 / 6, 2 / 6, 4, 4 / 3 / 6, 0),
                "You divided by the sum of six stages. The error goes through them one after the other.",
            ),
            Misconception(
                "the ReLU that is off only lowers the error",
                (4096, 64, 4, (4 / 3) ** 6, 32),
                "Five stages of 2 make 32. And by what does the sixth, with z = −1, multiply?",
            ),
        ),
    ),
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
