"""The room of notebook 01."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="fit_a_line",
    question="Is the short rule right? Where is its derivative, and where does it come from?",
    minutes=30,
    students_know="derivatives of squares; eigenvalues for the last exercise, which may be skipped",
    explorers={"LineFit": "line_fit"},
)
