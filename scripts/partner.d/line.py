"""A line that breaks: it listens, hands on to wherever the server is now, and loses some of its connections in the middle."""
import asyncio
import random
import socket
import struct
import threading
from collections import Counter

# After so many bytes a connection may be lost: before anything, within the head, within a page, within a file.
PLACES = (0, 1, 60, 400, 3_000, 20_000, 120_000, 700_000)


class WeakLine:
    """`chance` of losing a connection; `target` is the server's port, or `None` while there is no server."""

    def __init__(self, seed, chance):
        self.dice, self.chance = random.Random(seed), chance
        self.target, self.port = None, None
        self.carried, self.lost, self.running = 0, Counter(), set()

    def start(self):
        """Begins, beside everything else."""
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()

        def run():
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(asyncio.start_server(self.begin, "127.0.0.1", 0))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            self.loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        ready.wait()

    def fate(self):
        """Which way is cut after how many bytes, and whether the other side is told so (a reset) or only hears nothing more."""
        if self.dice.random() >= self.chance:
            return None, 0, False
        return self.dice.choice(("request", "answer")), self.dice.choice(PLACES), self.dice.random() < 0.5

    def begin(self, reader, writer):
        """Takes a connection. Nobody else holds on to what runs."""
        task = self.loop.create_task(self.carry(reader, writer))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def carry(self, reader, writer):
        """One connection, from its beginning to its end."""
        way, place, reset = self.fate()
        there = None
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self.target or 1)
            self.carried += 1
            there_left = place if way == "request" else None
            here_left = place if way == "answer" else None
            ways = [asyncio.ensure_future(self.pour(reader, there, there_left)), asyncio.ensure_future(self.pour(there_reader, writer, here_left))]
            # The answer's end is the end; a request that ends is half of it.
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if not any(way.result() for way in done):
                await asyncio.wait(ways, return_when=asyncio.ALL_COMPLETED)
            elif way:
                self.lost[way] += 1
            for way_of_two in ways:
                way_of_two.cancel()
        except OSError:
            pass
        finally:
            for end in (writer, there):
                if end:
                    self.let_go(end, reset)

    async def pour(self, source, sink, left):
        """Hands bytes on. Says whether it stopped because the line is to break here."""
        try:
            while data := await source.read(65536):
                if left is not None and len(data) >= left:
                    sink.write(data[:left])
                    await sink.drain()
                    return True
                sink.write(data)
                await sink.drain()
                left = None if left is None else left - len(data)
            if sink.can_write_eof():
                sink.write_eof()
        except OSError:
            return True
        return False

    @staticmethod
    def let_go(end, reset):
        """Closes one end, with a reset where that was drawn."""
        own = end.get_extra_info("socket")
        try:
            if reset and own:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.transport.abort()
            else:
                end.close()
        except OSError:
            pass
