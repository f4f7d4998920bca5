"""Exercises of notebook 10."""

import numpy as np

from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.exercises.function_exercise import FunctionExercise


def block_shares(bitmap):
    blocks = bitmap.reshape(8, 4, 8, 4)  # block row, row in the block, block column, column in the block
    return blocks.sum(axis=(1, 3)) / 16


def _drawing(rng):
    return ((rng.random((32, 32)) < rng.uniform(0.2, 0.5)).astype(int),)


BLOCK_SHARES = FunctionExercise(
    slug="block-shares",
    title="From 32×32 to 8×8",
    points=2,
    why_one="the notebook goes on with these pixels",
    solution=block_shares,
    inputs=_drawing,
    parts=("pixels",),
    hints=(
        "Start with one block: the one at the top left is `bitmap[0:4, 0:4]`. What is its number? Which slice is the next "
        "one?",
        "Two loops over 8 rows and 8 columns of blocks will do. The block in row i and column j begins at row 4 i and "
        "column 4 j.",
        "Without loops: give the array four axes, (block row, row in it, block column, column in it), and add up over two "
        "of them.",
    ),
    consequence="Give it to `gdlab.OwnDigit` as `shares=block_shares`: the network now sees your digit through your code.",
)


@BLOCK_SHARES.wrong("counts, not shares")
def _(bitmap):
    """Your numbers go up to 16, as in the file. Which numbers does the network get?"""
    return block_shares(bitmap) * 16


@BLOCK_SHARES.wrong("every fourth pixel")
def _(bitmap):
    """You took one pixel of each block and left 15 out. A thin stroke can slip through between them."""
    return bitmap[::4, ::4]


@BLOCK_SHARES.wrong("is there any ink")
def _(bitmap):
    """You tell blocks with ink from blocks without. How *much* ink there is says where the stroke runs."""
    return (block_shares(bitmap) > 0).astype(float)


@BLOCK_SHARES.wrong("cut into runs, not into blocks")
def _(bitmap):
    """`reshape` takes the numbers in the order of reading. With these axes, 16 neighbours *in one row* come together.
    Where are the four rows of a block?"""
    return bitmap.reshape(8, 8, 4, 4).sum(axis=(2, 3)) / 16


@BLOCK_SHARES.wrong("paper counted for ink")
def _(bitmap):
    """Your numbers are high where there is no ink. What do 1 and 0 mean in the bitmap?"""
    return 1 - block_shares(bitmap)


@BLOCK_SHARES.wrong("the axes are in another order")
def _(bitmap):
    """These axes put together pixels that are eight rows apart. Of two axes that come from one, the *last* runs through
    neighbours. How many rows does a block have?"""
    return bitmap.reshape(4, 8, 4, 8).sum(axis=(0, 2)) / 16


@BLOCK_SHARES.wrong("rounded")
def _(bitmap):
    """You rounded to 0 and 1. The network gets 17 different numbers: how much ink there is says where the stroke runs."""
    return np.round(block_shares(bitmap))


@BLOCK_SHARES.wrong("divided by the largest")
def _(bitmap):
    """Your largest number is always 1, even where no block is full of ink. Which number does a full block get?"""
    return block_shares(bitmap) / block_shares(bitmap).max()


@BLOCK_SHARES.wrong("divided by all ink")
def _(bitmap):
    """Your numbers add up to 1, so a block’s number depends on the other blocks. Which number does a full block get?"""
    return block_shares(bitmap) * 16 / bitmap.sum()


@BLOCK_SHARES.wrong("only the first row of each block")
def _(bitmap):
    """You added up four pixels of each block, those in its top row. A block has four rows."""
    return bitmap[::4].reshape(8, 8, 4).sum(axis=2) / 16


def first_updates(X, signal, W2):
    alone = X.T @ signal / len(X)
    hidden = X.T @ (signal @ W2.T) / len(X)
    return alone, hidden


def _batch(rng):
    n, k = int(rng.integers(5, 9)), int(rng.integers(2, 5))
    d = k + int(rng.integers(1, 3))
    return rng.random((n, d)), rng.normal(0, 0.5, (n, k)), rng.normal(0, 1, (d + 1, k))


FIRST_UPDATES = FunctionExercise(
    slug="first-updates",
    title="What the first layer is told",
    points=3,
    why_one="the notebook goes on with these updates",
    solution=first_updates,
    inputs=_batch,
    parts=("no hidden layer", "hidden layer"),
    hints=(
        "Both are *signal × input*, added up over the samples and divided by their number. What differs is the signal. "
        "On its way to the hidden layer it would be multiplied by the slope, which the delta rule takes to be 1.",
        "Added up over samples, signal × input is one matrix product of a transposed X and the signal; its shape (d, …) "
        "tells the order.",
        "To the hidden layer the signal of shape (n, k) comes back through W2, which is (h, k), and becomes (n, h).",
    ),
    consequence="So the update of W1 is the update of W, times W2 transposed: however many hidden units there are, the "
    "delta rule tells them mixtures of k pictures.",
)


@FIRST_UPDATES.wrong("the mean is taken twice")
def _(X, signal, W2):
    """You divided by the number of samples twice. Once the signal holds the mean, so does all that comes of it."""
    return None, first_updates(X, signal, W2)[1] / len(X)


@FIRST_UPDATES.wrong("the mean of each first")
def _(X, signal, W2):
    """The mean of a product is not the product of the means. Each sample’s signal belongs to that sample’s input."""
    alone = np.outer(X.mean(axis=0), signal.mean(axis=0))
    return alone, alone @ W2.T


@FIRST_UPDATES.wrong("the sign of the weights only")
def _(X, signal, W2):
    """You kept the sign with which the signal comes back and lost its size: a unit with a small weight to the output
    contributed little."""
    return None, X.T @ (signal @ np.sign(W2.T)) / len(X)


@FIRST_UPDATES.wrong("the same signal for all hidden units")
def _(X, signal, W2):
    """Every hidden unit got the same signal, the sum over the outputs. By which weights did each of them contribute?"""
    return None, X.T @ (signal.sum(axis=1, keepdims=True) * np.ones(len(W2))) / len(X)


@FIRST_UPDATES.wrong("the signal did not pass W2")
def _(X, signal, W2):
    """This is what the outputs’ own weights would be told. By which weights does each hidden unit contribute to the
    outputs?"""
    return None, first_updates(X, signal, W2)[0]


@FIRST_UPDATES.wrong("the sign of the error is turned round")
def _(X, signal, W2):
    """The signal is ŷ − y, so signal × input is what a step subtracts. No minus is needed."""
    return tuple(-update for update in first_updates(X, signal, W2))


DIGITS_AND_XOR = ChoiceExercise(
    slug="digits-and-xor",
    title="What follows from it",
    points=3,
    why_one="the sentences are about the explorer",
    name="holds",
    statements={
        "A": "On one digit the delta rule reads nearly as well as the chain rule, so for real data f′ does not matter.",
        "B": "Without a hidden layer over 90% of the single digits are read, so they say little about what a rule does "
        "inside a network.",
        "C": "In one step of the delta rule on the pairs (one hidden layer), the first weights of all hidden units move "
        "along one and the same picture.",
        "D": "On the pairs, with one hidden layer of 32 units started as in the explorer, the delta rule fails because "
        "its learning rate is too large.",
        "E": "The delta rule treats hidden units as if they were linear when it sends the error back.",
        "F": "The test digits show how well these networks will read the digits of any other person.",
    },
    true=frozenset("BCE"),
    hints=(
        "Each sentence can be tried or read off: set **Hidden layers** to 0, move **Learning rate**, look at your two "
        "formulas.",
        "For C, write the second formula as a product with the first, and count the columns of the first when there is "
        "one output.",
        "For E: which activation has the slope 1 everywhere? For F: who wrote the digits for testing?",
    ),
    taken={
        "A": "A: the pairs are made of the same real digits. Does f′ matter there?",
        "D": "D: in the explorer of the pairs, leave **Hidden units** at 32 and move **Learning rate** from end to end. Is "
        "there one at which the delta rule succeeds? (With 256 units and larger first weights it would be another "
        "story: see *Width*.)",
        "F": "F: training and test digits were drawn from one heap, so the same people wrote both. What do they say "
        "about someone else?",
    },
    consequence="B says when a test is no test, C and E say why: without the slope, hidden units are told what a network "
    "without them would be told.",
)

EXERCISES = (BLOCK_SHARES, FIRST_UPDATES, DIGITS_AND_XOR)

FAMILIES = ()
