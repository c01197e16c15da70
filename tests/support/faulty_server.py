"""The faulty server's process: `python -m support.faulty_server FOLDER PORTS`; told what to do line by line."""

import asyncio
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

from support.faulty_dialogue import Dialogue
from support.faulty_faults import Chance, Moment, Phase, Script
from support.faulty_slots import Slots


class Server:
    """Keeps what the dialogues tell it; a class because they go on from one script to the next."""

    def __init__(self, folder: Path) -> None:
        self.chance = Chance(Script(0, rate=0))
        self._record = os.open(folder / "truth.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._slots = Slots(folder / "slots")
        self._open: set[asyncio.Protocol] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def opened(self, dialogue: asyncio.Protocol) -> None:
        """See Keeper."""
        self._open.add(dialogue)
        self._quiet.clear()

    def closed(self, dialogue: asyncio.Protocol) -> None:
        """See Keeper."""
        self._open.discard(dialogue)
        if not self._open:
            self._quiet.set()

    def refused(self, recipient: str, phase: Phase, reply: str) -> None:
        """See Keeper."""
        self._write({"what": "refused", "recipient": recipient, "phase": phase, "reply": reply})

    def ended(self, _slot: int, recipient: str, message_id: str, reply: str, *, kept: bool) -> None:
        """See Keeper."""
        told = {"what": "ended", "recipient": recipient, "message_id": message_id, "reply": reply, "kept": kept}
        self._write(told)

    def broken(self, recipient: str) -> None:
        """See Keeper."""
        self._write({"what": "broken", "recipient": recipient})

    def reached(self, slot: int, moment: Moment) -> None:
        """See Keeper."""
        victim = self._slots.reached(slot, moment)
        if victim:
            os.kill(victim, signal.SIGKILL)

    async def obey(self, order: str) -> None:
        """Do what a line says: begin a script, or wait until nobody is connected."""
        if order == "settle":
            await self._quiet.wait()
        else:
            self.chance = Chance(Script(**json.loads(order)))

    def _write(self, told: dict[str, object]) -> None:
        # Before it is said: what a client has heard is on record.
        os.write(self._record, json.dumps(told, ensure_ascii=False).encode() + b"\n")


async def serve(folder: Path, ports: int) -> None:
    """Listen, one port for each slot; say which; obey until the input ends."""
    loop, server = asyncio.get_running_loop(), Server(folder)
    listening = [
        await loop.create_server(partial(Dialogue, server, slot), "127.0.0.1", 0, backlog=512) for slot in range(ports)
    ]
    print(*(one.sockets[0].getsockname()[1] for one in listening), flush=True)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        await server.obey(line.decode().strip())
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
