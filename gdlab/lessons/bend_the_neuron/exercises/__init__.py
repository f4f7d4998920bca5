"""Exercises of notebook 03."""

from gdlab.lessons.bend_the_neuron.exercises import matching_loss, neuron_gradient, opposed_updates

FAMILIES = (neuron_gradient.LOSSES, opposed_updates.NEURONS, matching_loss.ACTIVATIONS)

EXERCISES = tuple(family.published for family in FAMILIES)
