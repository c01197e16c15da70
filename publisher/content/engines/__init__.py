"""How each engine understands a file."""

from publisher.content.engines import eleventy, hugo, jekyll, pelican, plain, zola
from publisher.content.nouns import Engine
from publisher.content.posts import Reader

READERS: dict[Engine, Reader] = {
    Engine.JEKYLL: jekyll,
    Engine.HUGO: hugo,
    Engine.PELICAN: pelican,
    Engine.ELEVENTY: eleventy,
    Engine.ZOLA: zola,
    Engine.PLAIN: plain,
}
