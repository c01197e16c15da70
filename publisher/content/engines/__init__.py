"""How each engine understands a file."""

from publisher.content.engines import hugo, jekyll, plain
from publisher.content.nouns import Engine
from publisher.content.posts import Reader

READERS: dict[Engine, Reader] = {Engine.JEKYLL: jekyll, Engine.HUGO: hugo, Engine.PLAIN: plain}
