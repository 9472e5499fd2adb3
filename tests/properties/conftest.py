"""Searches of examples take what time the machine gives them; a limit of milliseconds says nothing about the code."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
