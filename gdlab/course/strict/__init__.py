"""Grading outside the student's kernel."""
