"""Killed runs, full disks, two runs at once and damaged results."""
