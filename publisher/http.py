"""The only outgoing HTTP."""
