"""
Pages for a browser: where a database stands, and what a plan would change. Each is one file without links to other files, made
with Jinja2. Imports the run, the plans and the rules' words; what a page shows comes to the templates as plain values.
"""
