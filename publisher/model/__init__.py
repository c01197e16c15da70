"""The nouns: frozen dataclasses and states, standard library only."""
