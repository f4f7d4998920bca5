"""Exercises of notebook 03."""

from gdlab.exercises.hill_of_a_neuron import MATCHING_LOSS
from gdlab.exercises.neuron_gradient import NEURON_GRADIENT
from gdlab.exercises.opposed_updates import OPPOSED_UPDATES

EXERCISES = (NEURON_GRADIENT.published, OPPOSED_UPDATES.published, MATCHING_LOSS.published)
