"""Normalisation of business keys, declared once: for the ledger, the look-up and duplicates alike.

Source: DESIGN.md, 6: Unicode NFC and trimmed; never case, never zeros.
"""

from __future__ import annotations

import unicodedata


def normalise_key(key: str) -> str:
    """Return the key as it is compared everywhere."""
    return unicodedata.normalize("NFC", key).strip()
