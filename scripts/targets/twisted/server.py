"""server.py MAIL PORT USERS PASSWORD: a small server around twisted.mail.imap4, for one run.

Mail is kept in memory. It is read from the folder MAIL/USER/MAILBOX when a user logs in (see
../memory/hooks.pl), and MAIL/USER/MAILBOX/new is looked into at each command. Nothing is ever
written. All that is said on the connection is Twisted's.
"""

import email.policy
import email.utils
import io
import os
import sys

from twisted.cred import checkers, credentials, error, portal
from twisted.internet import defer, protocol, reactor
from twisted.mail import imap4
from twisted.python import log
from zope.interface import implementer

SYSTEM_FLAGS = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"]


@implementer(imap4.IMessage, imap4.IMessageFile)
class Message:
    def __init__(self, octets, flags, date, uid):
        self.octets, self.flags, self.date, self.uid = octets, list(flags), date, uid
        self.parsed = email.message_from_bytes(octets, policy=email.policy.compat32)

    def open(self):
        return io.BytesIO(self.octets)

    def getUID(self):
        return self.uid

    def getFlags(self):
        return self.flags

    def getInternalDate(self):
        return self.date

    def getSize(self):
        return len(self.octets)

    def getBodyFile(self):
        return io.BytesIO(self.octets.partition(b"\r\n\r\n")[2])

    def getHeaders(self, negate, *names):
        wanted = [imap4.nativeString(name).lower() for name in names]
        return {
            name.lower(): str(value)
            for name, value in self.parsed.items()
            if (name.lower() in wanted) != bool(negate)
        }

    def isMultipart(self):
        return False

    def getSubPart(self, part):
        raise IndexError(part)


@implementer(imap4.IMailbox)
class Mailbox:
    def __init__(self, folder):
        self.folder, self.messages, self.listeners = folder, [], []
        self.next_uid, self.read_only, self.unreadable = 1, False, False
        self.delivered = set()
        if os.path.exists(folder + "/index"):
            self.read()

    def read(self):
        with open(self.folder + "/mailbox.meta") as meta:
            words = meta.read().split("\n")
        self.read_only, self.unreadable = "read-only" in words, "unreadable" in words
        with open(self.folder + "/index") as index:
            for line in index:
                name, seconds, zone, *flags = line.split()
                self.add(self.folder + "/" + name, flags, int(seconds), zone)

    def add(self, path, flags, seconds, zone):
        with open(path, "rb") as file:
            octets = file.read()
        minutes = int(zone[1:3]) * 60 + int(zone[3:5])
        shift = -minutes * 60 if zone[0] == "-" else minutes * 60
        date = email.utils.formatdate(seconds + shift)[:-5] + zone
        self.append(octets, flags, date)

    def append(self, octets, flags, date):
        self.messages.append(Message(octets, flags, date, self.next_uid))
        self.next_uid += 1

    def look(self):
        """Takes in what was delivered, and tells the sessions."""
        new = self.folder + "/new"
        names = sorted(os.listdir(new)) if os.path.isdir(new) else []
        fresh = [name for name in names if name not in self.delivered]
        for name in fresh:
            self.delivered.add(name)
            seconds = int(os.path.getmtime(new + "/" + name))
            self.add(new + "/" + name, ["\\Recent"], seconds, "+0000")
        if fresh:
            self.tell()

    def tell(self):
        for listener in self.listeners:
            listener.newMessages(self.getMessageCount(), self.getRecentCount())

    def chosen(self, numbers, uid):
        numbers.last = self.next_uid - 1 if uid else len(self.messages)
        by_number = {m.uid if uid else n: (n, m) for n, m in enumerate(self.messages, 1)}
        return [by_number[number] for number in numbers if number in by_number]

    def getFlags(self):
        keywords = {f for m in self.messages for f in m.flags if not f.startswith("\\")}
        return SYSTEM_FLAGS + sorted(keywords)

    def getHierarchicalDelimiter(self):
        return "/"

    def getUIDValidity(self):
        return 1

    def getUIDNext(self):
        return self.next_uid

    def getUID(self, number):
        return self.messages[number - 1].uid

    def getMessageCount(self):
        return len(self.messages)

    def getRecentCount(self):
        return sum("\\Recent" in m.flags for m in self.messages)

    def getUnseenCount(self):
        return sum("\\Seen" not in m.flags for m in self.messages)

    def isWriteable(self):
        return not self.read_only

    def destroy(self):
        raise imap4.MailboxException("not here")

    def requestStatus(self, names):
        return imap4.statusRequestHelper(self, names)

    def addListener(self, listener):
        self.listeners.append(listener)

    def removeListener(self, listener):
        if listener in self.listeners:
            self.listeners.remove(listener)
            for message in self.messages:
                message.flags = [flag for flag in message.flags if flag != "\\Recent"]

    def addMessage(self, body, flags=(), date=None):
        if self.read_only:
            raise imap4.ReadOnlyMailbox(self.folder)
        self.append(body.read(), flags, date or email.utils.formatdate())
        self.tell()
        return defer.succeed(self.next_uid - 1)

    def expunge(self):
        numbers = []
        for number in range(len(self.messages), 0, -1):
            if "\\Deleted" in self.messages[number - 1].flags:
                del self.messages[number - 1]
                numbers.append(number)
        return numbers

    def fetch(self, messages, uid):
        return self.chosen(messages, uid)

    def store(self, messages, flags, mode, uid):
        if self.read_only:
            raise imap4.ReadOnlyMailbox(self.folder)
        flags = [flag for flag in flags if flag.lower() != "\\recent"]
        flags = [next((s for s in SYSTEM_FLAGS if s.lower() == f.lower()), f) for f in flags]
        result = {}
        for number, message in self.chosen(messages, uid):
            rest = [flag for flag in message.flags if flag not in flags]
            recent = [flag for flag in message.flags if flag == "\\Recent"]
            message.flags = rest if mode < 0 else (rest if mode > 0 else recent) + flags
            result[number] = message.flags
        return result


class Account(imap4.MemoryAccount):
    """All mailboxes of one user."""

    def __init__(self, user, home):
        super().__init__(user)
        self.home = home
        names = os.listdir(home) if os.path.isdir(home) else []
        for name in sorted({"INBOX", *names}):
            if not name.startswith("."):
                self.mailboxes[name.upper()] = self._emptyMailbox(name, None)

    def _emptyMailbox(self, name, id):
        return Mailbox(self.home + "/" + name)

    def select(self, name, rw=1):
        box = super().select(name, rw)
        if box is not None and box.unreadable:
            return None
        if box is not None:
            box.look()
        return box


@implementer(portal.IRealm)
class Realm:
    def __init__(self, mail):
        self.mail, self.accounts = mail, {}

    def requestAvatar(self, user, mind, *interfaces):
        user = imap4.nativeString(user)
        home = self.mail + "/" + user
        try:
            with open(home + "/.generation") as file:
                generation = file.read()
        except FileNotFoundError:
            generation = ""
        if self.accounts.get(user, ("none",))[0] != generation:
            self.accounts[user] = (generation, Account(user, home))
        return imap4.IAccount, self.accounts[user][1], lambda: None


@implementer(checkers.ICredentialsChecker)
class Checker:
    """Users fred1 to fredUSERS, all with one password."""

    credentialInterfaces = (credentials.IUsernamePassword,)

    def __init__(self, users, password):
        self.users = {b"fred%d" % number for number in range(1, users + 1)}
        self.password = password

    def requestAvatarId(self, who):
        if who.password == self.password and who.username in self.users:
            return defer.succeed(who.username)
        return defer.fail(error.UnauthorizedLogin())


class Server(imap4.IMAP4Server):
    def dispatchCommand(self, tag, cmd, rest, uid=None):
        if self.mbox is not None:
            self.mbox.look()
        return super().dispatchCommand(tag, cmd, rest, uid)

    def connectionLost(self, reason):
        if self.mbox is not None:
            self.mbox.removeListener(self)
        super().connectionLost(reason)


class Factory(protocol.Factory):
    def __init__(self, login):
        self.login = login

    def buildProtocol(self, address):
        server = Server()
        server.factory, server.portal = self, self.login
        return server


def main(mail, port, users, password):
    log.startLogging(sys.stderr, setStdout=False)
    checker = Checker(int(users), password.encode())
    reactor.listenTCP(int(port), Factory(portal.Portal(Realm(mail), [checker])), interface="127.0.0.1")
    reactor.run()


main(*sys.argv[1:])
