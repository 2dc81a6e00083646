"""Holds composed messages against what they were made of: `reader.py MANIFEST`. An independent decoder: Python's own."""
import base64
import email
import json
import re
import sys
from email import policy
from email.header import decode_header, make_header


def text(part):
    return part.get_content().replace("\r\n", "\n")


MAILBOX = re.compile(r'\s*((?:"(?:[^"\\]|\\.)*"|[^"<,])*)(?:<[^>]*>)?(?:,|$)')


def mailboxes(raw, message, name):
    """The names and addresses of a field. The newer half of the package reads the list, and names without encoded-words.

    Names with some are read by the older half: the newer one puts a blank between two of them.
    """
    value = raw[name] or ""
    written = [match[1].strip() for match in MAILBOX.finditer(re.sub(r"\r?\n", "", value)) if match[0]]
    found = message[name].addresses if message[name] else ()
    assert len(written) == len(found), (name, value)
    decoded = lambda phrase: str(make_header(decode_header(phrase)))
    return [[decoded(w) if "=?" in w else a.display_name, a.addr_spec] for w, a in zip(written, found)]


def faults(case):
    raw = base64.b64decode(case["message"])
    message = email.message_from_bytes(raw, policy=policy.default)
    yield "subject", message["subject"], case["subject"]
    plain = email.message_from_bytes(raw)
    yield "from", mailboxes(plain, message, "from"), [case["from"]]
    yield "to", mailboxes(plain, message, "to"), case["to"]
    head, _, body = raw.partition(b"\r\n\r\n")
    yield "bare line ends", re.findall(rb"(?<!\r)\n|\r(?!\n)", raw), []
    yield "8-bit octets", raw.isascii(), True
    yield "long lines", [line for line in raw.split(b"\r\n") if len(line) > 998], []
    wide = [line for line in head.split(b"\r\n") if len(line) > 78 and b" " in line.strip()]
    yield "unfolded lines", wide, []
    blank = [line for line in head.split(b"\r\n") if not line.strip()]
    yield "blank lines in the header", blank, []
    wide = [line for line in head.split(b"\r\n") if b"=?utf-8?" in line and len(line) > 76]
    yield "wide lines with encoded-words", wide, []
    defects = [d for part in message.walk() for d in part.defects]
    defects += [d for part in message.walk() for field in part.values() for d in getattr(field, "defects", [])]
    yield "defects", [str(d) for d in defects], []
    parts = [part for part in message.walk() if not part.is_multipart()]
    words = [part for part in parts if part.get_content_disposition() is None]
    yield "texts", [[p.get_content_type(), text(p)] for p in words], case["texts"]
    files = [part for part in parts if part.get_content_disposition() == "attachment"]
    yield "names", [p.get_filename() for p in files], [f["name"] for f in case["files"]]
    octets = [base64.b64encode(p.get_payload(decode=True)).decode() for p in files]
    yield "octets", octets, [f["octets"] for f in case["files"]]


cases = json.load(open(sys.argv[1]))
wrong = 0
for number, case in enumerate(cases):
    for what, found, wanted in faults(case):
        if found != wanted:
            wrong += 1
            print(f"case {number}: {what}: found {found!r}, wanted {wanted!r}")
            print(f"  {base64.b64decode(case['message'])[:700]!r}")
print(f"{len(cases)} messages read")
sys.exit(1 if wrong else 0)
