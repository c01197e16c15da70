"""The nouns: frozen structs and states."""
