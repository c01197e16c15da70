"""One connection of the faulty server."""

import asyncio
import re
import socket
import struct
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

from support.faulty_faults import CLOSINGS, Chance, Fault, Moment, Phase

_END = b"\r\n.\r\n"
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
_LONGEST = 1 << 16
_NOW = struct.pack("ii", 1, 0)
_EXTENSIONS = ("8BITMIME", "SMTPUTF8", "SIZE 20480000", "ENHANCEDSTATUSCODES", "DSN")


class Keeper(Protocol):
    """What a dialogue tells: who it is open to, what it took, when its client is to die."""

    chance: Chance

    def opened(self, dialogue: asyncio.Protocol) -> None:
        """A connection is there."""

    def closed(self, dialogue: asyncio.Protocol) -> None:
        """It is gone, and all that came over it has been dealt with."""

    def refused(self, recipient: str, phase: Phase, reply: str) -> None:
        """A refusal, before it is said."""

    def ended(self, slot: int, recipient: str, message_id: str, reply: str, *, kept: bool) -> None:
        """A message has come to its end: `reply` is what is about to be said, "" for nothing that makes sense."""

    def broken(self, recipient: str) -> None:
        """A message that is under way will get no answer that makes sense, and was not taken."""

    def reached(self, slot: int, moment: Moment) -> None:
        """The client of `slot` is here: it dies now where it was to die here."""


class Dialogue(asyncio.Protocol):
    """Reads commands and messages, answers or misbehaves."""

    def __init__(self, keeper: Keeper, slot: int) -> None:
        self._keeper, self._slot, self._chance = keeper, slot, keeper.chance
        self._input = bytearray()
        self._output: deque[bytes] = deque()
        self._sender = self._recipient = ""
        self._message: bytearray | None = None
        self._fatal_at: int | None = None
        self._deaf = self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._keeper.opened(self)
        self._say(Phase.GREETING, "220 mx.midori.example ESMTP")

    def connection_lost(self, _error: Exception | None) -> None:
        """The client is gone."""
        self._deaf = True
        self._keeper.closed(self)

    def data_received(self, data: bytes) -> None:
        """More of a command or a message."""
        if self._deaf:
            return
        self._input += data
        while not (self._deaf or self._waiting) and (self._body() if self._message is not None else self._command()):
            pass

    def _command(self) -> bool:
        end = self._input.find(b"\n")
        if end < 0:
            return False
        line = bytes(self._input[:end]).rstrip(b"\r").decode("utf-8", "replace")
        del self._input[: end + 1]
        verb, _, rest = line.partition(" ")
        handlers: dict[str, Callable[[str], object]] = {
            "EHLO": self._ehlo,
            "HELO": lambda _: self._say(Phase.EHLO, "250 mx.midori.example"),
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": lambda _: self._write(b"250 2.0.0 Ok\r\n"),
            "QUIT": self._quit,
        }
        handlers.get(verb.upper(), self._strange)(rest)
        return True

    def _strange(self, _rest: str) -> None:
        self._write(b"502 5.5.2 Error: command not recognized\r\n")

    def _ehlo(self, _rest: str) -> None:
        extensions = [*_EXTENSIONS, "PIPELINING"] if self._chance.pipelining() else [*_EXTENSIONS]
        lines = ["mx.midori.example", *extensions]
        text = "".join(f"250-{line}\r\n" for line in lines[:-1])
        self._say(Phase.EHLO, f"{text}250 {lines[-1]}")

    def _mail(self, rest: str) -> None:
        if self._sender:
            self._write(b"503 5.5.1 Error: nested MAIL command\r\n")
        elif self._say(Phase.MAIL, "250 2.1.0 Ok"):
            self._sender = _path(rest) or "<>"

    def _rcpt(self, rest: str) -> None:
        recipient = _path(rest)
        if not self._sender:
            self._write(b"503 5.5.1 Error: need MAIL command\r\n")
        elif self._say(Phase.RCPT, "250 2.1.5 Ok", recipient):
            self._recipient = recipient

    def _data(self, _rest: str) -> None:
        if not self._recipient and (not self._sender or self._chance.evenly()):
            self._write(b"503 5.5.1 Error: need RCPT command\r\n")
            return
        # Without a recipient a server may still say 354, and refuse at the end (RFC 2920 section 3.1).
        if self._recipient:
            self._keeper.reached(self._slot, Moment.BEFORE_DATA)
        if self._say(Phase.DATA, "354 End data with <CR><LF>.<CR><LF>", self._recipient):
            self._message = bytearray(b"\r\n")
            self._fatal_at = self._chance.below(4000) if self._chance_of_a_fault() else None

    def _chance_of_a_fault(self) -> bool:
        self._fault = self._chance.fault(Phase.BODY)
        return self._fault is not None

    def _rset(self, _rest: str) -> None:
        self._sender = self._recipient = ""
        self._write(b"250 2.0.0 Ok\r\n")

    def _quit(self, _rest: str) -> None:
        self._write(b"221 2.0.0 Bye\r\n")
        self._hang_up()

    def _body(self) -> bool:
        """Take what has come of the message; whether it has ended."""
        assert self._message is not None
        if self._recipient and self._input:
            self._keeper.reached(self._slot, Moment.IN_DATA)
        searched = max(0, len(self._message) - len(_END))
        self._message += self._input
        self._input.clear()
        if self._fatal_at is not None and len(self._message) > self._fatal_at:
            self._break_off()
            return False
        end = self._message.find(_END, searched)
        if end < 0:
            return False
        self._input += self._message[end + len(_END) :]
        message = bytes(self._message[2:end])
        self._message = None
        self._at_end(message)
        return True

    def _break_off(self) -> None:
        assert self._fault is not None
        self._keeper.broken(self._recipient)
        if self._fault is Fault.CLOSING:
            self._write(f"{CLOSINGS[self._chance.below(len(CLOSINGS))]}\r\n".encode())
        self._misbehave(self._fault, b"")

    def _at_end(self, message: bytes) -> None:
        recipient, self._sender, self._recipient = self._recipient, "", ""
        if not recipient:
            self._write(b"554 5.5.1 Error: no valid recipients\r\n")
            return
        fault = self._chance.fault(Phase.END)
        reply = b"250 2.0.0 Ok: queued as %08X" % self._chance.below(1 << 32)
        kept = fault in (None, Fault.TWICE, Fault.SPLIT, Fault.HALF)
        if fault in (Fault.TEMPORARY, Fault.PERMANENT, Fault.CLOSING):
            reply = self._chance.refusal(Phase.END, fault).encode()
        elif not kept:
            # Its answer is never heard: a server may have written the message down by then, or not.
            reply, kept = b"", self._chance.evenly()
        found = _MESSAGE_ID.search(message)
        message_id = found[1].decode() if found else ""
        heard = b"" if fault is Fault.HALF else reply
        self._keeper.ended(self._slot, recipient, message_id, heard.decode(), kept=kept)
        self._keeper.reached(self._slot, Moment.AT_END)
        self._waiting = True
        answer = partial(self._answer, fault, reply)
        pace = self._chance.pace()
        asyncio.get_running_loop().call_later(pace, answer) if pace else answer()

    def _answer(self, fault: Fault | None, reply: bytes) -> None:
        self._waiting = False
        if self._deaf:
            return
        self._utter(fault, reply + b"\r\n")
        self._keeper.reached(self._slot, Moment.AFTER_ANSWER)
        if not self._deaf and (after := self._chance.fault(Phase.AFTER)) is not None:
            if after is Fault.CLOSING:
                self._write(f"{CLOSINGS[0]}\r\n".encode())
            self._misbehave(after, b"")
        self.data_received(b"")

    def _say(self, phase: Phase, reply: str, recipient: str = "") -> bool:
        """Answer, or misbehave; whether the answer was what it should be."""
        fault = self._chance.fault(phase)
        if fault in (Fault.TEMPORARY, Fault.PERMANENT, Fault.CLOSING):
            reply = self._chance.refusal(phase, fault)
            self._keeper.refused(recipient, phase, reply)
        if fault is Fault.TWICE and phase is Phase.DATA:
            # The second one comes where the message's answer should be.
            self._keeper.broken(recipient)
        self._utter(fault, f"{reply}\r\n".encode())
        return fault in (None, Fault.TWICE, Fault.SPLIT)

    def _utter(self, fault: Fault | None, reply: bytes) -> None:
        if fault is Fault.SPLIT:
            self._write(*self._chance.pieces(reply))
        elif fault is Fault.TWICE:
            self._write(reply + reply)
        elif fault in (None, Fault.TEMPORARY, Fault.PERMANENT):
            self._write(reply)
            if reply.startswith(b"421"):
                self._hang_up()
        else:
            self._misbehave(fault, reply)

    def _misbehave(self, fault: Fault, reply: bytes) -> None:
        """What ends the dialogue, one way or another."""
        if fault is Fault.CLOSING:
            self._write(reply)
        elif fault is Fault.GARBAGE:
            self._write(self._chance.noise())
        elif fault is Fault.NULS:
            self._write(bytes(3) + b"2\x0050 \x00\r\n")
        elif fault is Fault.ENDLESS:
            self._write(b"2" * (_LONGEST + self._chance.below(_LONGEST)))
        elif fault is Fault.HALF:
            self._write(reply[: self._chance.below(max(1, len(reply) - 2))])
        self._deaf = True
        if fault in (Fault.CLOSING, Fault.CLOSE, Fault.HALF):
            self._hang_up()
        elif fault is Fault.RESET:
            self._reset()

    def _write(self, *pieces: bytes) -> None:
        """One after the other, each in a packet of its own."""
        busy = bool(self._output)
        self._output.extend(pieces)
        if not busy:
            self._pump()

    def _pump(self) -> None:
        if self._transport.is_closing():
            # What a client has hung up on it is told no more: asyncio would say so on standard error.
            self._output.clear()
        if self._output:
            self._transport.write(self._output.popleft())
        if self._output:
            asyncio.get_running_loop().call_later(0.0005, self._pump)

    def _hang_up(self) -> None:
        self._deaf = True
        while self._output:
            self._transport.write(self._output.popleft())
        self._transport.close()

    def _reset(self) -> None:
        connected = self._transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
        self._transport.abort()


def _path(text: str) -> str:
    found = re.search(r"<([^>]*)>", text)
    return found[1] if found else ""
