"""What a story mentions: small neutral words that stand before it, so that readers can choose."""

COMMON_NOTES = (
    "death",
    "relapse",
    "a child who is ill",
    "needles and procedures",
    "fertility",
    "survival figures",
    "hard times in hospital",
    "anxiety and low mood",
    "self-harm",
)
"""The notes offered as boxes (the health part of the NEON typology, DOMAIN 2.1); others are typed."""

LONGEST_NOTE = 60
"""Characters."""
