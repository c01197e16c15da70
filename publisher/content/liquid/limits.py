"""How much a post's templates may do, so that none can make a build hang or fill the memory."""

MAX_TAGS = 20_000
"""Tags and outputs in one file."""

MAX_STEPS = 4_000_000
"""Loop iterations times the tags of the looping file, plus includes and filters by what they handle: some seconds."""

MAX_OUTPUT = 5_000_000
"""Bytes that a post may become."""

MAX_TEXT = 1_000_000
"""Characters of one value."""

MAX_ITEMS = 250_000
"""Items of one list; more than any site has posts."""

MAX_LOCALS = 16_000_000
"""Bytes that a template's own variables may hold."""

MAX_WARNINGS = 100
"""Faults told of one post."""

MAX_INCLUDE = 1_000_000
"""Characters of an included file."""

MAX_DEPTH = 40
"""Nesting of values."""

MAX_NESTING = 100
"""Nesting of blocks, and of includes: Liquid's own bound in Ruby."""
