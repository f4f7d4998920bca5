"""Exercises of notebook 10."""

import numpy as np

from gdlab.exercises.kinds import ChoiceExercise, FunctionExercise, Misconception


def block_shares(bitmap):
    blocks = bitmap.reshape(8, 4, 8, 4)  # block row, row in the block, block column, column in the block
    return blocks.sum(axis=(1, 3)) / 16


def first_updates(X, signal, W2):
    alone = X.T @ signal / len(X)
    hidden = X.T @ (signal @ W2.T) / len(X)
    return alone, hidden


def _drawing(rng):
    return ((rng.random((32, 32)) < rng.uniform(0.2, 0.5)).astype(int),)


def _batch(rng):
    n, k = int(rng.integers(5, 9)), int(rng.integers(2, 5))
    d = k + int(rng.integers(1, 3))
    return rng.random((n, d)), rng.normal(0, 0.5, (n, k)), rng.normal(0, 1, (d + 1, k))


def _wrongly_cut(bitmap):
    return bitmap.reshape(8, 8, 4, 4).sum(axis=(2, 3)) / 16


def _both(change):
    return lambda X, signal, W2: tuple(change(value, X) for value in first_updates(X, signal, W2))


EXERCISES = (
    FunctionExercise(
        slug="block-shares",
        title="From 32×32 to 8×8",
        points=2,
        solution=block_shares,
        inputs=_drawing,
        parts=("pixels",),
        hints=(
            "Start with one block: the one at the top left is `bitmap[0:4, 0:4]`. What is its number? Which slice is the next one?",
            "Two loops over 8 rows and 8 columns of blocks will do. The block in row i and column j begins at row 4 i and column 4 j.",
            "Without loops: give the array four axes, (block row, row in it, block column, column in it), and add up over two of them.",
        ),
        misconceptions=(
            Misconception(
                "counts, not shares",
                lambda bitmap: block_shares(bitmap) * 16,
                "Your numbers go up to 16, as in the file. Which numbers does the network get?",
            ),
            Misconception(
                "every fourth pixel",
                lambda bitmap: bitmap[::4, ::4],
                "You took one pixel of each block and left 15 out. A thin stroke can slip through between them.",
            ),
            Misconception(
                "is there any ink",
                lambda bitmap: (block_shares(bitmap) > 0).astype(float),
                "You tell blocks with ink from blocks without. How *much* ink there is says where the stroke runs.",
            ),
            Misconception(
                "rows and columns are exchanged",
                lambda bitmap: block_shares(bitmap).T,
                "The digit lies on its side: the first axis of the result should go down, as that of the bitmap does.",
            ),
            Misconception(
                "cut into runs, not into blocks",
                _wrongly_cut,
                "`reshape` takes the numbers in the order of reading. With these axes, 16 neighbours *in one row* come together. Where do the four rows of a block stand?",
            ),
            Misconception(
                "paper counted for ink",
                lambda bitmap: 1 - block_shares(bitmap),
                "Your numbers are high where there is no ink. What do 1 and 0 stand for in the bitmap?",
            ),
            Misconception(
                "the axes are in another order",
                lambda bitmap: bitmap.reshape(4, 8, 4, 8).sum(axis=(0, 2)) / 16,
                "These axes put together pixels that are eight rows apart. Of two axes that come from one, the *last* runs through neighbours. How many rows does a block have?",
            ),
            Misconception(
                "rounded",
                lambda bitmap: np.round(block_shares(bitmap)),
                "You rounded to 0 and 1. The network gets 17 different numbers: how much ink there is says where the stroke runs.",
            ),
            Misconception(
                "divided by the largest",
                lambda bitmap: block_shares(bitmap) / block_shares(bitmap).max(),
                "Your largest number is always 1, even where no block is full of ink. Which number does a full block get?",
            ),
            Misconception(
                "divided by all ink",
                lambda bitmap: block_shares(bitmap) * 16 / bitmap.sum(),
                "Your numbers add up to 1, so a block’s number depends on the other blocks. Which number does a full block get?",
            ),
            Misconception(
                "divided by another number",
                lambda bitmap: block_shares(bitmap) * 16 / 1024,
                "Your numbers are the right ones times a constant. How many pixels does one block have?",
                up_to="a factor",
            ),
        ),
    ),
    FunctionExercise(
        slug="first-updates",
        title="What the first layer is told",
        points=3,
        solution=first_updates,
        inputs=_batch,
        parts=("no hidden layer", "hidden layer"),
        hints=(
            "Both are *signal × slope × input*, added up over the samples and divided by their number. What differs is the signal that arrives. The slope is 1 in both.",
            "Added up over samples, signal × input is one matrix product of a transposed X and the signal; its shape (d, …) tells the order.",
            "To the hidden layer the signal of shape (n, k) comes back through W2, which is (h, k), and becomes (n, h).",
        ),
        misconceptions=(
            Misconception(
                "the sum, not the mean",
                _both(lambda value, X: value * len(X)),
                "Yours grows with the number of samples. The loss is a mean over them.",
            ),
            Misconception(
                "the sign is turned round",
                _both(lambda value, X: -value),
                "The signal is ŷ − y, so signal × input is what a step subtracts. No minus is needed.",
            ),
            Misconception(
                "transposed",
                _both(lambda value, X: value.T),
                "The numbers are right, but each result has the shape of its weights: inputs down, units across.",
            ),
            Misconception(
                "the mean is taken twice",
                lambda X, signal, W2: (None, first_updates(X, signal, W2)[1] / len(X)),
                "You divided by the number of samples twice. Once the signal holds the mean, so does all that comes of it.",
            ),
            Misconception(
                "the mean of each first",
                lambda X, signal, W2: (
                    np.outer(X.mean(axis=0), signal.mean(axis=0)),
                    np.outer(X.mean(axis=0), signal.mean(axis=0)) @ W2.T,
                ),
                "The mean of a product is not the product of the means. Each sample’s signal belongs to that sample’s input.",
            ),
            Misconception(
                "the sign of the weights only",
                lambda X, signal, W2: (None, X.T @ (signal @ np.sign(W2.T)) / len(X)),
                "You kept the sign with which the signal comes back and lost how much of it: a unit with a small weight to the output had a small say.",
            ),
            Misconception(
                "the same signal for all hidden units",
                lambda X, signal, W2: (None, X.T @ (signal.sum(axis=1, keepdims=True) * np.ones(len(W2))) / len(X)),
                "Every hidden unit got the same signal, the sum over the outputs. By which weights did each of them have its say?",
            ),
            Misconception(
                "the signal did not pass W2",
                lambda X, signal, W2: (None, first_updates(X, signal, W2)[0]),
                "This is what the outputs’ own weights would be told. By which weights does each hidden unit have its say at the outputs?",
            ),
            Misconception(
                "the mean over samples and outputs",
                lambda X, signal, W2: tuple(value / signal.shape[1] for value in first_updates(X, signal, W2)),
                "You divided by the number of outputs, too. The loss is a mean over the samples only; over the outputs it is a sum.",
            ),
            Misconception(
                "in the other order",
                lambda X, signal, W2: first_updates(X, signal, W2)[::-1],
                "Both are right, in the other order: first the network without a hidden layer, then W1.",
            ),
            Misconception(
                "a number in place of the slope",
                lambda X, signal, W2: (None, first_updates(X, signal, W2)[1] / 2),
                "Yours is the right one times a constant. Which slope does the delta rule put in?",
                up_to="a factor",
            ),
        ),
    ),
    ChoiceExercise(
        slug="digits-and-xor",
        title="What follows from it",
        points=3,
        statements={
            "A": "On one digit the delta rule reads nearly as well as the chain rule, so for real data f′ does not matter.",
            "B": "Without a hidden layer over 90% of the single digits are read, so they say little about what a rule does inside a network.",
            "C": "In one step of the delta rule on the pairs (one hidden layer), the weights of all hidden units move along one and the same picture.",
            "D": "On the pairs, with one hidden layer, the delta rule fails because its learning rate is too large.",
            "E": "The delta rule treats hidden units as if they were linear when it sends the error back.",
            "F": "The test digits show how well these networks will read the digits of any other person.",
        },
        true=frozenset("BCE"),
        hints=(
            "Each sentence can be tried or read off: set **Hidden layers** to 0, move **Learning rate**, look at your two formulas.",
            "For C, write the second formula as a product with the first, and count the columns of the first when there is one output.",
            "For E: which activation has the slope 1 everywhere? For F: who wrote the digits for testing?",
        ),
        taken={
            "A": "A: the pairs are made of the same real digits. Does f′ matter there?",
            "D": "D: set **Hidden layers** to 1 and move **Learning rate** on the pairs. Is there one at which the delta rule succeeds?",
            "F": "F: training and test digits were drawn from one heap, so the same people wrote both. What do they say about someone else?",
        },
    ),
)

FAMILIES = ()
