"""Frameworks that call dupdetect. Each is thin, imports the core, and is never imported by it."""
