"""The data path of SMTP: one message after another, with as few waits as the server allows."""

from collections.abc import Iterator

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.dialogue import HANDED_OVER_OCTETS, Dialogue, Said
from publisher.transport.features import Features
from publisher.transport.letter import Letter, letter
from publisher.transport.patience import Patience
from publisher.transport.replies import Stage, again, broken, refusal, words

_DATA = b"DATA\r\n"
_RSET = b"RSET\r\n"
_DOT = b".\r\n"
_QUIT = b"QUIT\r\n"
_SUCCESS, _GO_ON = 2, 3


class SmtpSession:
    """One open connection, logged in where needed.

    Where the server has PIPELINING (RFC 2920), what opens a message is one write, and goes with the end of the one
    before; else it is one command at a time, and `open` only remembers.
    """

    def __init__(self, dialogue: Dialogue, features: Features, patience: Patience) -> None:
        self._dialogue = dialogue
        self._features = features
        self._patience = patience
        self._letter: Letter | TransportError | None = None
        self._held = b""
        """A text that goes with its end. The system takes it whole (reach.py): what has left this process has its end,
        and the server is woken once for it."""
        self._stale = False
        """The server holds a sender that came to nothing: RSET, or it answers "503 Sender already specified"
        (listmonk #1629)."""
        self._in_text = False
        self._ended = False

    def open(self, envelope: Envelope) -> None:
        """Begin a message; what is wrong with it `body` tells."""
        commands, replies = self._opening(envelope)
        if commands:
            self._dialogue.say(commands, replies)

    async def body(self) -> None:
        """Wait until the server wants the text, and write it without its end, or hold it where the system takes it in
        one piece with that; raises TransportError."""
        opened, self._letter = self._letter, None
        assert opened is not None, "body() without open()"
        if isinstance(opened, TransportError):
            raise opened
        for stage, command, wanted, seconds in self._steps(opened):
            if not self._features.pipelining:
                self._dialogue.say(command, 1)
            said = self._dialogue.heard() or await self._dialogue.reply(stage, seconds)
            if said.code // 100 != wanted:
                raise await self._turned_down(stage, said)
        self._stale = False
        self._in_text = True
        if len(opened.text) <= HANDED_OVER_OCTETS:
            self._held = opened.text
        else:
            await self._dialogue.write(opened.text, self._patience.block)

    def finish(self, following: Envelope | None) -> None:
        """The end of the message, and with it what opens the next: from here on it cannot be taken back."""
        commands, replies = self._opening(following) if following is not None else (b"", 0)
        text, self._held = self._held, b""
        # Joined: two writes are two packets, and wake the server twice.
        self._ended = self._dialogue.say(text + _DOT + commands, 1 + replies)

    async def answer(self) -> Reply:
        """The server's answer to the end; raises TransportError."""
        try:
            said = await self._dialogue.reply(Stage.END, self._patience.end)
        except TransportError as error:
            raise (_unanswered(error) if self._ended else again(error)) from error
        self._in_text = False
        if said.code // 100 == _SUCCESS:
            return Reply(said.code, words(said.text))
        refused = self._refused(Stage.END, said)
        raise refused if 400 <= said.code < 600 else _unanswered(refused)

    async def close(self) -> None:
        """QUIT, or in the midst of a message hang up, so that no end of it can be implied."""
        at_rest = self._dialogue.at_rest and not self._in_text
        await self._dialogue.close(_QUIT if at_rest else b"")

    def _opening(self, envelope: Envelope) -> tuple[bytes, int]:
        """What to write now to open `envelope`, and how many replies it brings."""
        try:
            opened = letter(envelope, self._features)
        except TransportError as error:
            self._letter = error
            return b"", 0
        self._letter = opened
        if not self._features.pipelining:
            return b"", 0
        if self._stale:
            return _RSET + opened.mail + opened.rcpt + _DATA, 4
        return opened.mail + opened.rcpt + _DATA, 3

    def _steps(self, opened: Letter) -> Iterator[tuple[Stage, bytes, int, float]]:
        """Each command with the first digit it wants and the seconds it has."""
        if self._stale:
            yield Stage.RSET, _RSET, _SUCCESS, self._patience.mail
        yield Stage.MAIL, opened.mail, _SUCCESS, self._patience.mail
        yield Stage.RCPT, opened.rcpt, _SUCCESS, self._patience.rcpt
        yield Stage.DATA, _DATA, _GO_ON, self._patience.data

    async def _turned_down(self, stage: Stage, said: Said) -> TransportError:
        """The error that `said` is; where the session goes on after it, it is ready for the next message."""
        error = self._refused(stage, said)
        if error.scope is not Scope.SESSION:
            self._stale = True
            if self._features.pipelining:
                await self._read_out(stage)
        return error

    async def _read_out(self, refused: Stage) -> None:
        """Take the replies to what was in the pipe behind the command that was `refused`."""
        patience = self._patience
        try:
            named = refused is Stage.MAIL and (await self._dialogue.reply(Stage.RCPT, patience.rcpt)).code < 300
            if refused is Stage.DATA or (await self._dialogue.reply(Stage.DATA, patience.data)).code // 100 != _GO_ON:
                return
            if named:
                self._dialogue.hang_up(broken(f"{self._dialogue.name}: it refused the sender and wants the message"))
                return
            # RFC 2920 section 3.1: a server may want a text for nobody, and it gets an empty one.
            self._in_text = True
            self._dialogue.say(_DOT, 1)
            await self._dialogue.reply(Stage.END, patience.end)
            self._in_text = False
        except TransportError:
            return  # the refusal stands, and that the session is over the next body() tells

    def _refused(self, stage: Stage, said: Said) -> TransportError:
        if 400 <= said.code < 600:
            return refusal(said.code, said.text, stage, self._dialogue.name)
        told = f"{self._dialogue.name}: {said.code} {words(said.text)!r} makes no sense as an answer to {stage}"
        self._dialogue.hang_up(broken(told))
        return broken(told)


def _unanswered(error: TransportError) -> TransportError:
    told = f"the message was written to its end, and no answer came: {error.reply}"
    return again(error, told=told, undecided=True)
