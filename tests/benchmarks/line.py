"""A long line: a proxy in front of a server that delays everything by 50 ms, there and back.

It hands on bytes and knows nothing of what they say, so that pages, messages and websockets are late alike; as on a
real line, what is sent later does not wait for what was sent before.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

DELAY = 0.05


@contextmanager
def delayed(address: str, delay: float = DELAY) -> Iterator[str]:
    """Yield another address of what is served at `address`, behind a line that takes `delay` seconds each way."""
    where, ready, found = urlsplit(address), threading.Event(), []

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(where.hostname, where.port)
        with suppress(asyncio.CancelledError):  # the line is taken down while a page still holds it
            await asyncio.gather(_carry(reader, far_writer, delay), _carry(far_reader, writer, delay))

    async def serve() -> None:
        server, done = await asyncio.start_server(connect, "127.0.0.1", 0), asyncio.Event()
        found.extend([server.sockets[0].getsockname()[1], asyncio.get_running_loop(), done])
        ready.set()
        await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ready.wait()
    port, loop, done = found
    try:
        yield address.replace(where.netloc, f"127.0.0.1:{port}")
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Hand on each piece when it has been under way for `delay` seconds."""
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    clock = asyncio.get_running_loop().time
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - clock()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        writer.close()

    delivery = asyncio.create_task(deliver())
    piece = b"-"
    try:
        while piece:
            piece = await reader.read(2**16)
            pieces.put_nowait((clock() + delay, piece))
        await delivery
    except ConnectionError:  # one side has gone, as pages do
        delivery.cancel()
        writer.close()
