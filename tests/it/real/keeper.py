"""Takes mail with aiosmtpd and keeps the octets of each message as N.eml in the working directory; says its port first."""

import asyncio
import pathlib

from aiosmtpd.smtp import SMTP


class Keeper:
    kept = 0

    async def handle_DATA(self, server, session, envelope):
        Keeper.kept += 1
        part = pathlib.Path(f"{Keeper.kept}.part")
        part.write_bytes(envelope.original_content)
        part.rename(f"{Keeper.kept}.eml")
        return "250 2.0.0 kept"


async def main():
    # The corpus has longer lines than RFC 5321 allows; keeping them is the point.
    SMTP.line_length_limit = 1 << 20
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Keeper(), data_size_limit=None, enable_SMTPUTF8=True, decode_data=False), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
