"""Rules, words and prepared answers changed without a new file: one proposes, another confirms, from a day on."""
