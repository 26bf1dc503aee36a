"""The HTTP door: what scripts and services call under /api/v1."""
