"""
The user's files: finding, reading and writing them, settings files, Git, worker processes and the cache; the scopes of a run
(work tree, diff, standard input) and the run itself. The only package that touches files, Git and processes while records are
checked.
"""
