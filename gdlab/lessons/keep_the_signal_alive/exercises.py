"""Exercises of notebook 08."""

import numpy as np

from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise


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


def in_a_row(*, units, weight, stage, gives, relu_weight):
    kept = 4 * stage  # σ′(0) is ¼
    return 4**units, (4 / weight) ** units, kept, (kept * gives * (1 - gives)) ** -units, 0


def _row(units, weight, stage, gives, relu_weight):
    """Return what is given for some units in a row: `weight` is that of question 2, `stage` what a stage of question 3
    multiplies the error by, `gives` what the units of question 4 give, and `relu_weight` the weight of question 5."""
    return {"units": units, "weight": weight, "stage": stage, "gives": gives, "relu_weight": relu_weight}


def _told(units, weight, stage, gives, relu_weight):
    """Return the words on these units."""
    n, words = units, {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
    share, rest = (f"{value:g}".replace("0.75", "¾").replace("0.25", "¼") for value in (gives, 1 - gives))
    power, kept = str(n).translate(str.maketrans("4567", "⁴⁵⁶⁷")), 4 * stage
    passed, right = kept * gives * (1 - gives), in_a_row(**_row(units, weight, stage, gives, relu_weight))
    return {
        "title": f"{words[n].capitalize()} units in a row",
        "explanation": (
            f"The error signal passes {words[n]} weights and {words[n]} slopes. σ′(0) = ¼, so 4{power} = {right[0]}; with weights "
            f"{weight} each stage is {weight}/4, and (4/{weight}){power} is about {right[1]:.4g}; a weight of {kept:g} makes it "
            f"{stage:g}. Where the unit gives {share} the slope is {share} · {rest}, times {kept:g} that is {passed:.4g}, and "
            f"{passed:.4g}⁻{power} is about {right[3]:.4g}. One ReLU that is off has the slope 0, and so has the whole product."
        ),
        "hints": (
            "Write one stage first: by which number is the error signal multiplied on its way past one weight and one slope?",
            f"σ′ = σ (1 − σ). At z = 0 that is ½ · ½; where the unit gives {share} it is {share} · {rest}.",
            f"{words[n].capitalize()} equal stages are one stage to the power {n}. Questions 1, 2 and 4 ask for the inverse of "
            "that.",
        ),
    }


SIX_IN_A_ROW = NumbersExercise(
    slug="six-in-a-row",
    name="units_in_a_row",
    points=3,
    given=_row(6, 2, 1, 0.75, 2),
    answer=in_a_row,
    consequence="Each number is a power of one stage: what a stage loses or gains, the depth multiplies.",
    **_told(6, 2, 1, 0.75, 2),
)


@SIX_IN_A_ROW.wrong("one stage too few")
def _(*, units, weight, stage, gives, relu_weight):
    """You counted the gaps between the hidden units. Between the output's z and the z of unit 1 lie as many weights and
    slopes as there are hidden units: the output counts, too."""
    return in_a_row(**_row(units - 1, weight, stage, gives, relu_weight))


@SIX_IN_A_ROW.wrong("one stage too many")
def _(*, units, weight, stage, gives, relu_weight):
    """Count the stages from the output's z down to the z of unit 1: each has one weight and one slope."""
    return in_a_row(**_row(units + 1, weight, stage, gives, relu_weight))


@SIX_IN_A_ROW.wrong("question 4 answered with the slopes of question 3")
def _(*, units, stage):
    """The weight is the same as in question 3, and the slope is not: it was ¼ at z = 0. What is it where a unit gives what
    question 4 says?"""
    return None, None, None, stage**-units, None


@SIX_IN_A_ROW.wrong("the weight is forgotten in question 4")
def _(*, units, gives):
    """Your slope is right. Each stage has the weight of question 3, too."""
    return None, None, None, (gives * (1 - gives)) ** -units, None


@SIX_IN_A_ROW.wrong("f in place of f′")
def _(*, units, weight, stage, gives):
    """You multiplied by what the units give, at z = 0 and in question 4. On the way back it is by how much they would give
    more."""
    return 2**units, (2 / weight) ** units, 2 * stage, (2 * stage * gives) ** -units, None


@SIX_IN_A_ROW.wrong("f in place of f′ in question 4")
def _(*, units, stage, gives):
    """In question 4 you multiplied by what the units give instead of their slope."""
    return None, None, None, (4 * stage * gives) ** -units, None


@SIX_IN_A_ROW.wrong("one slope everywhere")
def _(*, units, weight, stage):
    """You took ½, what a sigmoid gives at z = 0, for its slope, and the same slope in question 4, where z is another."""
    return 2**units, (2 / weight) ** units, 2 * stage, stage**-units, None


@SIX_IN_A_ROW.wrong("the weight upside down")
def _(*, stage):
    """In question 3 one slope is ¼, and the weight has to make up for it. By what do the two together multiply the error
    signal with your weight?"""
    return None, None, 1 / (4 * stage), None, None


@SIX_IN_A_ROW.wrong("the ReLU that is off counts as on")
def _(*, units, relu_weight):
    """You let all units pass the error signal. What is the slope of a ReLU at z = −1?"""
    return None, None, None, None, relu_weight**units


@SIX_IN_A_ROW.wrong("the slope of tanh")
def _(*, units, weight, stage, gives):
    """A slope of 1 at z = 0 is that of tanh. These are sigmoid units."""
    return 1, weight**-units, stage, (stage * (1 - np.tanh(np.log(gives / (1 - gives))) ** 2)) ** -units, None


@SIX_IN_A_ROW.wrong("the weights are forgotten")
def _(*, units, gives):
    """Your slopes are right. What else does the error signal pass at each stage?"""
    return None, 4**units, None, (gives * (1 - gives)) ** -units, None


@SIX_IN_A_ROW.wrong("upside down")
def _(*, units, weight, stage, gives):
    """Questions 1, 2 and 4 ask how many times *smaller* the error signal is at unit 1, which is a number above 1."""
    return 4**-units, (weight / 4) ** units, None, (4 * stage * gives * (1 - gives)) ** units, None


@SIX_IN_A_ROW.wrong("added instead of multiplied")
def _(*, units, weight, stage, gives):
    """You divided by the sum of the stages. The error signal goes through them one after the other."""
    return 4 / units, 4 / weight / units, None, 1 / (4 * stage * gives * (1 - gives)) / units, None


@SIX_IN_A_ROW.wrong("multiplied instead of a power")
def _(*, units, weight, stage, gives):
    """Yours is one stage times the number of stages. The signal goes through them one after the other."""
    return 4 * units, 4 / weight * units, None, units / (4 * stage * gives * (1 - gives)), None


@SIX_IN_A_ROW.wrong("one stage only")
def _(*, weight, stage, gives):
    """That is a single stage. The signal goes through all of them, one after the other."""
    return 4, 4 / weight, None, 1 / (4 * stage * gives * (1 - gives)), None


@SIX_IN_A_ROW.wrong("neither the weight nor the new slope in question 4")
def _(*, units):
    """Each stage of question 4 has the weight of question 3, and a slope that is not ¼ any more."""
    return None, None, None, 4**units, None


@SIX_IN_A_ROW.wrong("the ReLU that is off only lowers the error signal")
def _(*, units, relu_weight):
    """The units that are on multiply as you say. And by what does the one with z = −1 multiply?"""
    return None, None, None, None, relu_weight ** (units - 1)


_OTHERS = (
    (5, 2, 1, 0.8, 3),
    (4, 3, 1, 0.9, 3),
    (5, 3, 0.5, 0.8, 2),
    (7, 2, 1, 0.8, 3),
    (4, 3, 0.5, 0.9, 2),
    (7, 3, 1, 0.75, 2),
    (5, 3, 1, 0.9, 2),
)


WEIGHT_VARIANCE = FunctionExercise(
    slug="weight-variance",
    title="The variance that keeps the size",
    points=3,
    why_one="it is asked for any leak",
    solution=weight_variance,
    inputs=_layer,
    parts=("the variance",),
    hints=(
        "Go one layer on: mean of z² in the next layer = d × v × mean of a². For the identity a is z.",
        "Half of the z are positive, and there a² = z². In the other half a = leak · z. What is the mean of a² "
        "then, as a share of the mean of z²?",
        "That share is (1 + leak²)/2. Now d × v × share has to be 1.",
    ),
    consequence="Without a leak this is He's 2/d; with a leak of 1 it is 1/d, as for the identity.",
)


@WEIGHT_VARIANCE.wrong("right for the identity only")
def _(d, leak):
    """This keeps the size if a = z. What does the activation do to half of the z?"""
    return 1 / d


@WEIGHT_VARIANCE.wrong("the leak is forgotten")
def _(d, leak):
    """Right for a ReLU without a leak. With one, the negative half still adds a little to the mean of a²."""
    return 2 / d


@WEIGHT_VARIANCE.wrong("the mean square of a without its half")
def _(d, leak):
    """You took z² and leak² z² of all z. Each of the two has only half of the z."""
    return 1 / (d * (1 + leak**2))


@WEIGHT_VARIANCE.wrong("the variance of a in place of its mean square")
def _(d, leak):
    """You took the variance of a. The mean of a is not 0 here, and it counts, too."""
    return 1 / (d * ((1 + leak**2) / 2 - (1 - leak) ** 2 / (2 * np.pi)))


@WEIGHT_VARIANCE.wrong("upside down")
def _(d, leak):
    """By this number the mean square grows, for weights of variance 1. Which variance makes up for it?"""
    return d * (1 + leak**2) / 2


@WEIGHT_VARIANCE.wrong("the standard deviation")
def _(d, leak):
    """This is the standard deviation. What is asked for is its square."""
    return np.sqrt(2 / (d * (1 + leak**2)))


@WEIGHT_VARIANCE.wrong("the standard deviation, without the leak")
def _(d, leak):
    """This is a standard deviation: its square is asked for. And with a leak, the negative half adds to the mean of a²."""
    return np.sqrt(2 / d)


@WEIGHT_VARIANCE.wrong("the standard deviation for the identity")
def _(d, leak):
    """This is the standard deviation that keeps the size if a = z. Asked for is a variance, and for this activation."""
    return np.sqrt(1 / d)


@WEIGHT_VARIANCE.wrong("the leak is not squared")
def _(d, leak):
    """You averaged the slopes. It is the square of z that has to keep its mean: what becomes of z² below 0?"""
    return 2 / (d * (1 + leak))


@WEIGHT_VARIANCE.wrong("squared after averaging")
def _(d, leak):
    """You squared the mean of the slopes. Take the mean of the squares."""
    return 1 / (d * ((1 + leak) / 2) ** 2)


@WEIGHT_VARIANCE.wrong("the share without its inverse")
def _(d, leak):
    """An activation that takes half of the mean square away asks for larger weights, not for smaller ones."""
    return (1 + leak**2) / (2 * d)


@WEIGHT_VARIANCE.wrong("the number of inputs is missing")
def _(d, leak):
    """The more inputs a unit adds up, the larger its z becomes. Where is d?"""
    return 2 / (1 + leak**2)


DEAD_UNITS = FunctionExercise(
    slug="dead-units",
    title="Count the dead",
    points=2,
    why_one="it is asked for any layer",
    solution=dead_units,
    inputs=_relu_layer,
    parts=("the number of dead units",),
    hints=(
        "`X @ W + b` has a row for each sample and a column for each unit. Which of its signs are those of one unit?",
        "A unit is dead if *all* samples find it off: `(…).all(axis=…)` asks that of a whole axis.",
        "At z = 0 the slope is 0 here, so a z of exactly 0 counts as off. Then count the columns: `.sum()`.",
    ),
    consequence="No gradient reaches the weights of a dead unit, so no step of its own on these samples brings it back.",
)


@DEAD_UNITS.wrong("zero slopes are counted, not units")
def _(X, W, b):
    """This counts pairs of a sample and a unit. A unit that is off at one sample may be on at another."""
    return int((X @ W + b <= 0).sum())


@DEAD_UNITS.wrong("off at one sample is enough")
def _(X, W, b):
    """These are the units that are off at some sample, as any ReLU is now and then. A dead one is off at every."""
    return int((X @ W + b <= 0).any(axis=0).sum())


@DEAD_UNITS.wrong("off on average")
def _(X, W, b):
    """A mean z below 0 does not make a unit dead: one sample that switches it on is enough to teach it."""
    return int(((X @ W + b).mean(axis=0) <= 0).sum())


@DEAD_UNITS.wrong("z = 0 counts as on")
def _(X, W, b):
    """There is a unit whose z is exactly 0 at every sample. What is its slope, by the convention used here?"""
    return int((X @ W + b < 0).all(axis=0).sum())


@DEAD_UNITS.wrong("the bias is forgotten")
def _(X, W, b):
    """You left out b. It moves the z of a unit at all samples, and can switch it off at every one."""
    return int((X @ W <= 0).all(axis=0).sum())


@DEAD_UNITS.wrong("samples are counted")
def _(X, W, b):
    """This asks each sample whether all units are off. Ask each unit whether it is off at all samples."""
    return int((X @ W + b <= 0).all(axis=1).sum())


@DEAD_UNITS.wrong("only a z of exactly 0 counts as off")
def _(X, W, b):
    """A ReLU is off where its z is negative, too."""
    return int((X @ W + b == 0).all(axis=0).sum())


@DEAD_UNITS.wrong("all at once")
def _(X, W, b):
    """This asks once, of the whole layer, whether everything is off. Ask each unit: along which axis?"""
    return int((X @ W + b <= 0).all())


@DEAD_UNITS.wrong("which, and not how many")
def _(X, W, b):
    """These tell which units are dead. How many are they?"""
    return (X @ W + b <= 0).all(axis=0)


@DEAD_UNITS.wrong("which, and not how many")
def _(X, W, b):
    """These tell which units are dead. How many are they?"""
    return np.flatnonzero((X @ W + b <= 0).all(axis=0))


@DEAD_UNITS.wrong("how many are off at a sample")
def _(X, W, b):
    """So many are off at a sample, on average. They may be others at the next one: dead ones are off at all."""
    return float((X @ W + b <= 0).sum() / len(X))


@DEAD_UNITS.wrong("the bias has the wrong sign")
def _(X, W, b):
    """You subtracted b. It is added to what comes in."""
    return int((X @ W - b <= 0).all(axis=0).sum())


@DEAD_UNITS.wrong("always on instead of always off")
def _(X, W, b):
    """These are the units that are on at every sample. A dead one is on at none."""
    return int((X @ W + b > 0).all(axis=0).sum())


@DEAD_UNITS.wrong("the living are counted")
def _(X, W, b):
    """These are the units that are on at some sample. You want the others."""
    return int((X @ W + b > 0).any(axis=0).sum())


@DEAD_UNITS.wrong("a share")
def _(X, W, b):
    """This is the share of the units. What is asked for is their number."""
    return float((X @ W + b <= 0).all(axis=0).mean())


EXERCISES = (SIX_IN_A_ROW, WEIGHT_VARIANCE, DEAD_UNITS)

FAMILIES = (
    Family(
        SIX_IN_A_ROW,
        {
            f"{row[0]} units, weights {row[1]} and {row[4]}, a stage of {row[2]}, outputs {row[3]}": SIX_IN_A_ROW.but(
                given=_row(*row), **_told(*row)
            )
            for row in _OTHERS
        },
        name="units-in-a-row",
    ),
)
