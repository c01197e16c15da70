"""The door to msgspec: what nouns are made of.

A frozen `Struct` is a frozen dataclass with slots, made in C: its class in a seventieth of the time and its objects in
a tenth, and a hundred classes and ten thousand objects stand between a command and its answer.
"""

from msgspec import Struct, convert, field, to_builtins
from msgspec.msgpack import Decoder as Unpacker
from msgspec.msgpack import encode as pack
from msgspec.structs import asdict, astuple, force_setattr, replace

__all__ = [
    "Struct",
    "Unpacker",
    "asdict",
    "astuple",
    "field",
    "force_setattr",
    "of_plain",
    "pack",
    "replace",
    "to_plain",
]

to_plain, of_plain = to_builtins, convert
"""A Struct, whatever is in it, as JSON knows it, and back."""
