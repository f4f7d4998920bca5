"""The room of notebook 07."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="check_your_gradient",
    question="How would you know that a gradient is right?",
    minutes=60,
    students_know="what a backward pass does (06)",
    explorers={"GradientCheck": "gradient_check", "BrokenBackward": "broken_backward"},
)
