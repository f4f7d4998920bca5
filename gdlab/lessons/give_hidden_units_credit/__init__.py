"""The room of notebook 06."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="give_hidden_units_credit",
    question="Who is to blame inside a network?",
    minutes=55,
    students_know="matrix products in NumPy, partial derivatives",
    explorers={"BackpropStepper": "backprop_stepper", "HiddenRules": "hidden_rules", "ClosedLoop": "closed_loop"},
)
