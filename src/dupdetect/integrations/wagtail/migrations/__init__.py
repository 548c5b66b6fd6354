"""The tables of the app: one for the workflow task."""
