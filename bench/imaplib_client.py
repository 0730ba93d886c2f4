"""Python's own IMAP client, asked for the same command again and again: HOST PORT USER PASSWORD COUNT

Prints commands a second, connecting, LOGIN and SELECT included.
"""
import imaplib
import sys
import time

host, port, user, password, count = sys.argv[1:]
began = time.monotonic()
client = imaplib.IMAP4(host, int(port))
client.login(user, password)
client.select()
for _ in range(int(count)):
    if client.noop()[0] != "OK":
        sys.exit("no OK")
client.logout()
print(int(count) / (time.monotonic() - began))
