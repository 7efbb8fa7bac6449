"""
The review of a pull request on GitHub: what its change breaks, in plain words, with fixes as suggestions that one click applies.

``groups`` decides which edits belong together, ``hunks`` which lines take a comment, ``wording`` what people read. ``client``
talks to GitHub, ``posting`` compares with what was posted before, and ``review`` runs it all.

Everything of the pull request is hostile: only its Git objects are read, nothing of it is checked out or run.
"""
