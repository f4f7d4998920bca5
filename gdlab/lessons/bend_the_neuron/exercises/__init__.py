"""Exercises of notebook 03."""

from gdlab.lessons.bend_the_neuron.exercises.matching_loss import MATCHING_LOSS
from gdlab.lessons.bend_the_neuron.exercises.neuron_gradient import NEURON_GRADIENT
from gdlab.lessons.bend_the_neuron.exercises.opposed_updates import OPPOSED_UPDATES

EXERCISES = (NEURON_GRADIENT.published, OPPOSED_UPDATES.published, MATCHING_LOSS.published)

FAMILIES = (NEURON_GRADIENT, OPPOSED_UPDATES, MATCHING_LOSS)
