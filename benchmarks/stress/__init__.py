"""Stress tests: many visitors at once, made-up inputs, and commands that are killed."""
