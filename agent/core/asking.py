"""How long a site's question waits for a person; then the task is parked and the queue goes on."""

ANSWER_SECONDS = 180.0
"""Beyond three minutes most sites' codes are void, and other runs must not wait (DESIGN.md, 7)."""
