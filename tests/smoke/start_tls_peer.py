"""start_tls_peer.py CERTIFICATE KEY KIND…: servers that are asked for TLS in the middle of a protocol.

One for each KIND, which is a protocol, or a protocol and how it fails: smtp, smtp-refuses, imap-garbage.
A port may stand behind it: smtp@25.
Prints their ports on one line, and serves until standard input ends.

  refuses   says that it has no TLS just now
  silent    does not offer it
  garbage   is another kind of server
  endless   never comes to the end of its answer
  injects   sends something in the clear behind its consent
  closes    ends the connection where it should answer
  hangs     says nothing at all
"""
import socket
import ssl
import struct
import sys
import threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])


def line(connection):
    text = b''
    while not text.endswith(b'\n'):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError
        text += byte
    return text.strip()


def until(connection, end):
    text = b''
    while end not in text:
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError
        text += byte


def numbered(connection, greeting, hello, offers, request, answers, how):
    """smtp and ftp."""
    if how == 'endless':
        while True:
            connection.sendall(b'220-more\r\n' * 1000)
    connection.sendall(greeting)
    if hello:
        line(connection)
        connection.sendall(b'250-me\r\n250-SIZE 1000\r\n')
        connection.sendall(b'' if how == 'silent' else offers)
        connection.sendall(b'250 HELP\r\n')
    if line(connection) != request:
        raise ConnectionError
    connection.sendall(answers[how == 'refuses'])


def smtp(connection, how):
    numbered(connection, b'220-hello\r\n220 mx ESMTP\r\n', True, b'250-starttls\r\n', b'STARTTLS',
             (b'220 go\r\n', b'454 TLS not available\r\n'), how)


def ftp(connection, how):
    numbered(connection, b'220-hello\r\n anything\r\n220 ftp\r\n', False, b'', b'AUTH TLS',
             (b'234 go\r\n', b'530 no \x1b[31mTLS\r\n'), how)


def imap(connection, how):
    connection.sendall(b'* OK imap\r\n')
    tag = line(connection).split()[0]
    if how == 'endless':
        while True:
            connection.sendall(b'* BYE\r\n' * 1000)
    connection.sendall(b'* CAPABILITY IMAP4rev1\r\n' + tag +
                       (b' BAD unknown\r\n' if how == 'refuses' else b' OK go\r\n'))


def pop3(connection, how):
    connection.sendall(b'+OK pop3\r\n')
    line(connection)
    connection.sendall(b'-ERR no\r\n' if how == 'refuses' else b'+OK go\r\n')


def xmpp(connection, how):
    until(connection, b"streams'>")
    connection.sendall(b"<?xml version='1.0'?><stream:stream from='x' id='1' version='1.0'>")
    if how == 'endless':
        while True:
            connection.sendall(b'<a>' * 1000)
    tls = b'' if how == 'silent' else b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    connection.sendall(b'<stream:features>' + tls + b'<mechanisms/></stream:features>')
    until(connection, b'/>')
    answer = b'failure' if how == 'refuses' else b'proceed'
    connection.sendall(b'<' + answer + b" xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")


def ldap(connection, how):
    size = connection.recv(2)[1]
    connection.recv(size)
    code = 52 if how == 'refuses' else 0
    result = bytes([0x0a, 1, code, 4, 0, 4, 3]) + b'no!'
    body = bytes([2, 1, 1, 0x78, len(result)]) + result
    connection.sendall(bytes([0x30, 0x84]) + struct.pack('>I', len(body)) + body)


def postgres(connection, how):
    if connection.recv(8) != struct.pack('>II', 8, 80877103):
        raise ConnectionError
    connection.sendall(b'N' if how in ('refuses', 'silent') else b'S')


def mysql(connection, how):
    if how == 'refuses':
        body = b'\xff\x10\x04Too many connections'
    else:
        flags = 0xffff & ~(0x0800 if how == 'silent' else 0)
        body = (b'\x0a8.0.0\0' + struct.pack('<I', 7) + b'12345678\0' + struct.pack('<H', flags) +
                b'\x21' + b'\2\0' + b'\xff\xff' + b'\x15' + bytes(10) + b'123456789012\0')
    connection.sendall(struct.pack('<I', len(body)))
    connection.sendall(body)
    head = connection.recv(4)
    if head != b'\x20\0\0\1' or not connection.recv(32)[1] & 0x08:
        raise ConnectionError


def serve(connection, protocol, how):
    try:
        if how == 'hangs':
            connection.recv(1000)
            while connection.recv(1000):
                pass
        elif how == 'garbage':
            connection.sendall(b'SSH-2.0-x\r\n>\r\n>\r\n' * 10)
            while connection.recv(1000):
                pass
        elif how != 'closes':
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if how == 'injects':
                # Both leave together.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            globals()[protocol](connection, how)
            if how == 'injects':
                connection.sendall(b'250 owned\r\n')
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
            connection = context.wrap_socket(connection, server_side=True)
            connection.recv(1)
    except (OSError, ConnectionError):
        pass
    finally:
        connection.close()


def listen(kind):
    kind, _, port = kind.partition('@')
    protocol, _, how = kind.partition('-')
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', int(port or 0)))
    listener.listen()

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, protocol, how), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


print(*map(listen, sys.argv[3:]), flush=True)
sys.stdin.read()
