"""Reads a mail for a test: by Python's own parser, or out of an IMAP server that has parsed it.

readers.py                        a mail on stdin
readers.py HOST PORT USER PASSWORD  the mails in INBOX, as the server describes them

Prints one line of JSON a mail; tests/support/src/readers.rs says what stands in it.
"""

import email
import email.header
import email.message
import email.policy
import imaplib
import itertools
import json
import re
import sys


def by_email(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)

    def people(name):
        return [[it.display_name, it.addr_spec] for header in mail.get_all(name, []) for it in header.addresses]

    leaves = [it for it in mail.walk() if not it.is_multipart()]
    shown = {}
    for part in leaves:
        if part.get_content_disposition() is None and part.get_content_maintype() == "text":
            shown.setdefault(part.get_content_type(), part.get_content().replace("\r\n", "\n"))
    assert not any(part.defects for part in mail.walk()), [part.defects for part in mail.walk()]
    return {
        "subject": str(mail["subject"]),
        "from": people("from"),
        "to": people("to"),
        "reply_to": people("reply-to"),
        "message_id": str(mail["message-id"]).strip("<>"),
        "parts": [[it.get_content_type(), it.get_filename() or ""] for it in leaves],
        "text": shown.get("text/plain"),
        "html": shown.get("text/html"),
    }


TOKEN = re.compile(rb'\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))', re.S)


def s_expression(data):
    """The lists and texts of an IMAP answer (RFC 9051 §9)."""
    stack = [[]]
    for opened, quoted, atom in TOKEN.findall(data):
        if opened == b"(":
            stack.append([])
        elif opened == b")":
            stack[-2].append(stack.pop())
        elif atom:
            stack[-1].append(None if atom.upper() == b"NIL" else atom.decode())
        else:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted).decode())
    return stack[0]


def decoded(text):
    return str(email.header.make_header(email.header.decode_header(text or "")))


def leaves_of(structure):
    """The parts of a BODYSTRUCTURE that hold something: media type and file name."""
    parts = list(itertools.takewhile(lambda it: isinstance(it, list), structure))
    if parts:
        return [leaf for part in parts for leaf in leaves_of(part)]
    name = ""
    for it in structure[2:]:
        if isinstance(it, list) and it and it[0] in ("attachment", "inline"):
            pairs = zip(it[1][::2], it[1][1::2]) if it[1] else []
            part = email.message.Message()
            part["Content-Disposition"] = "; ".join([it[0], *(f"{name}={value}" for name, value in pairs)])
            name = decoded(part.get_filename(""))
    return [[f"{structure[0]}/{structure[1]}".lower(), name]]


def by_imap(host, port, user, password):
    server = imaplib.IMAP4(host, int(port))
    server.login(user, password)
    server.select("INBOX", readonly=True)
    _, found = server.search(None, "ALL")
    for number in found[0].split():
        _, answer = server.fetch(number, "(ENVELOPE BODYSTRUCTURE)")
        parts = [it if isinstance(it, bytes) else it[0].rsplit(b"{", 1)[0] + json.dumps(it[1].decode()).encode()
                 for it in answer]
        fields = s_expression(b"".join(parts))[1]
        values = dict(zip(fields[::2], fields[1::2]))
        envelope = values["ENVELOPE"]

        def people(at):
            return [[decoded(it[0]), f"{it[2]}@{it[3]}"] for it in envelope[at] or []]

        yield {
            "subject": decoded(envelope[1]),
            "from": people(2),
            "to": people(5),
            "reply_to": people(4),
            "message_id": envelope[9].strip("<>"),
            "parts": leaves_of(values["BODYSTRUCTURE"]),
        }
    server.logout()


if len(sys.argv) > 1:
    for mail in by_imap(*sys.argv[1:]):
        print(json.dumps(mail))
else:
    print(json.dumps(by_email(sys.stdin.buffer.read())))
