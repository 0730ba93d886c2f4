"""shim.py: Python's imaplib, told what to do by the shim protocol (docs/shim.md).

The library wants to hear of IMAP4 in CAPABILITY. Client leaves that question out, and is otherwise
as the library is. It keeps nothing of a mailbox, so `cache` is unsupported.
"""

import imaplib
import re
import sys

WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|([()])|([^ "()]+)')


def unescape(text):
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", lambda m: octet(m.group(1)), text)


def octet(escape):
    return bytes([int(escape[1:], 16)]) if len(escape) == 3 else escape


def escape(octets):
    plain = (chr(o) if 32 <= o < 127 and o not in b'"\\' else "\\x%02x" % o for o in octets)
    return '"%s"' % "".join(plain)


def answer(status, text=""):
    printable = "".join(c if " " <= c <= "~" else " " for c in str(text))
    sys.stdout.write((status + " " + printable).strip() + "\n")
    sys.stdout.flush()


class Unsupported(Exception):
    pass


class Client(imaplib.IMAP4):
    is_connected = False

    def open(self, host="", port=imaplib.IMAP4_PORT, timeout=None):
        super().open(host, port, timeout)
        Client.is_connected = True
        answer("ok")

    def _get_capabilities(self):
        self.capabilities = ("IMAP4",)


class Shim:
    def __init__(self):
        self.client = None

    def open(self, host, port):
        """Answered when the connection stands: before the library reads the greeting."""
        self.client, Client.is_connected = None, False
        try:
            self.client = Client(host, int(port))
        except (imaplib.IMAP4.error, OSError):
            if not Client.is_connected:
                raise

    def login(self, user, password):
        return self.client.login(quoted(user), password)

    def logout(self):
        try:
            self.client.logout()  # the status that it gives is BYE
        except imaplib.IMAP4.abort:
            self.client.shutdown()  # the server has closed without an answer
        self.client = None
        return "OK", []

    def close(self):
        if self.client is not None:
            self.client.shutdown()
        self.client = None
        return "OK", []

    def select(self, name):
        try:
            return self.client.select(quoted(name))
        except imaplib.IMAP4.readonly:
            self.client.is_readonly = True
            return "OK", []

    def noop(self):
        return self.client.noop()

    def check(self):
        return self.client.check()

    def expunge(self):
        return self.client.expunge()

    def copy(self, sequence, name):
        return self.client.copy(sequence, quoted(name))

    def fetch(self, sequence, *items):
        return self.client.fetch(sequence, " ".join(items).replace("( ", "(").replace(" )", ")"))

    def store(self, sequence, how, *flags):
        names = " ".join(f for f in flags if f not in "()")
        return self.client.store(sequence, how, f"({names})")

    def search(self, *criteria):
        keys = [quoted(c) if isinstance(c, Quoted) else c for c in criteria]
        status, data = self.client.search(None, *keys)
        if status == "OK":
            print("found", *b" ".join(part or b"" for part in data).decode("latin-1").split())
        return status, data

    def fetch_text(self, number):
        status, data = self.client.fetch(number, "RFC822.TEXT")
        texts = [part[1] for part in data if isinstance(part, tuple)]
        if status == "OK" and not texts and data[0]:
            texts = re.findall(rb'RFC822\.TEXT "([^"]*)"', data[0], re.IGNORECASE)
        if status == "OK" and texts:
            print("text", escape(texts[-1]))
        return status, data

    def features(self):
        for name in sorted(VERBS):
            print("feature", name)
        return "OK", []

    def quit(self):
        answer("ok")
        sys.exit(0)


class Quoted(str):
    """A word that stood in quotes."""


VERBS = {n.replace("_", "-"): f for n, f in vars(Shim).items() if not n.startswith("_")}


def quoted(name):
    """The library leaves the quoting to its users, but for that of passwords."""
    if re.search(r'["%{\\\r\n\x80-\xff]', name):
        raise Unsupported("the library has no literals here")
    return name if re.fullmatch(r"[^ (){%*\x00-\x1f\x7f]+", name) else '"%s"' % name


def word(match):
    if match.group(1) is not None:
        return Quoted(unescape(match.group(1)).decode("latin-1"))
    return match.group().decode("latin-1")


def words(line):
    return [word(match) for match in WORD.finditer(line)]


def run(shim, verb, arguments):
    """The status line; None when it has been written."""
    try:
        if verb not in VERBS:
            raise Unsupported()
        if shim.client is None and verb not in ("open", "close", "features", "quit"):
            return "failed", "no connection"
        result = VERBS[verb](shim, *arguments)
        if result is None:
            return None
        status, data = result
        return status.lower(), "" if status == "OK" else data[-1].decode("latin-1")
    except Unsupported as reason:
        return "unsupported", reason
    except imaplib.IMAP4.abort as reason:
        # which means that this connection is of no use any more
        shim.close()
        return "failed", reason
    except imaplib.IMAP4.error as reason:
        if "command error: BAD" in str(reason):
            return "bad", reason
        return "no" if verb == "login" else "failed", reason
    except (OSError, TypeError, ValueError) as reason:
        return "failed", reason


def main():
    shim = Shim()
    while line := sys.stdin.buffer.readline():
        verb, *arguments = words(line.strip()) or [""]
        status = run(shim, verb, arguments)
        if status is not None:
            answer(*status)


main()
