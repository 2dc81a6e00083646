"""Takes mail with aiosmtpd and keeps each message in `mail/box/new` as it came, its envelope in front.

Says its ports first: STARTTLS, TLS from the first byte, and LMTP.
"""

import asyncio
import pathlib
import ssl

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    kept = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.said = [f"X-Mail-Args: <{address}> {' '.join(options)}"]
        return "250 2.1.0 sender"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("bad@"):
            return "550 5.1.1 no such user"
        if address.startswith("temp@"):
            return "451 4.2.1 try later"
        envelope.rcpt_tos.append(address)
        envelope.said.append(f"X-Rcpt-Args: <{address}> {' '.join(options)}")
        return "250 2.1.5 recipient"

    async def handle_DATA(self, server, session, envelope):
        Keeper.kept += 1
        by_lmtp = isinstance(server, LMTP)
        user = session.auth_data.login.decode() if session.authenticated else ""
        head = [f"X-User: {user}", *envelope.said, f"Received: with {'LMTP' if by_lmtp else 'ESMTP'}"]
        part = pathlib.Path(f"mail/box/tmp/{Keeper.kept}")
        part.write_bytes("".join(line + "\n" for line in head).encode() + envelope.original_content)
        part.rename(f"mail/box/new/{Keeper.kept}")
        taken = f"250 2.0.0 queued as {Keeper.kept}"
        if not by_lmtp:
            return taken
        late = "550 5.2.2 box full"
        return "\r\n".join(late if name.startswith("late@") else taken for name in envelope.rcpt_tos)


def known(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"alice", b"tiger-secret")
    return AuthResult(success=right, handled=False, auth_data=data)


async def main():
    # The corpus has longer lines than RFC 5321 allows; keeping them is the point.
    SMTP.line_length_limit = 1 << 20
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain("server.pem")
    keeper = Keeper()

    def of(kind, **more):
        return lambda: kind(
            keeper, data_size_limit=40_000_000, enable_SMTPUTF8=True, decode_data=False, authenticator=known, **more
        )

    serve = asyncio.get_running_loop().create_server
    servers = [
        await serve(of(SMTP, tls_context=tls), "127.0.0.1", 0),
        await serve(of(SMTP, auth_require_tls=False), "127.0.0.1", 0, ssl=tls),
        await serve(of(LMTP, tls_context=tls), "127.0.0.1", 0),
    ]
    print(*[server.sockets[0].getsockname()[1] for server in servers], flush=True)
    await asyncio.gather(*[server.serve_forever() for server in servers])


asyncio.run(main())
