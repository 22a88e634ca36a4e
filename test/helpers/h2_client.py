"""A scripted HTTP/2 client on python-h2, for server-python.test.ts. Prints what it saw as one line of JSON.

    h2_client.py PORT
"""
import hashlib
import json
import socket
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings

UPLOAD = bytes(range(256)) * 4096  # 1 MB
PING = b'duetto!!'


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port))
        self.socket.settimeout(15)
        self.connection = h2.connection.H2Connection(config=h2.config.H2Configuration(client_side=True))
        self.connection.initiate_connection()
        self.streams = {}
        self.pong = None
        self.settings_acknowledged = False
        self.goaway = None
        self.pushes = {}
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def begin(self, method, path, end=True):
        stream = self.connection.get_next_available_stream_id()
        self.streams[stream] = {'status': None, 'body': b'', 'trailers': None, 'informational': [], 'reset': None, 'ended': False}
        self.connection.send_headers(stream, [
            (':method', method), (':scheme', 'http'), (':authority', 'localhost'), (':path', path),
        ], end_stream=end)
        self.flush()
        return stream

    def upload(self, stream, body):
        """Sends as much as the windows allow, waits for more, goes on."""
        sent = 0
        while sent < len(body):
            room = min(self.connection.local_flow_control_window(stream), self.connection.max_outbound_frame_size, len(body) - sent)
            if room == 0:
                self.read()
                continue
            self.connection.send_data(stream, body[sent:sent + room], end_stream=sent + room == len(body))
            sent += room
            self.flush()

    def read(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError('the server has closed the connection')
        for event in self.connection.receive_data(data):
            self.handle(event)
        self.flush()

    def handle(self, event):
        stream = self.streams.get(getattr(event, 'stream_id', None))
        if isinstance(event, h2.events.ResponseReceived):
            stream['status'] = dict(event.headers)[b':status'].decode()
        elif isinstance(event, h2.events.InformationalResponseReceived):
            stream['informational'].append(dict(event.headers)[b':status'].decode())
        elif isinstance(event, h2.events.DataReceived):
            stream['body'] += event.data
            self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.TrailersReceived):
            stream['trailers'] = {name.decode(): value.decode() for name, value in event.headers}
        elif isinstance(event, h2.events.StreamEnded):
            stream['ended'] = True
        elif isinstance(event, h2.events.StreamReset):
            stream['reset'] = int(event.error_code)
        elif isinstance(event, h2.events.PushedStreamReceived):
            self.streams[event.pushed_stream_id] = {'status': None, 'body': b'', 'trailers': None, 'informational': [], 'reset': None, 'ended': False}
            self.pushes[event.pushed_stream_id] = dict(event.headers)[b':path'].decode()
        elif isinstance(event, h2.events.PingAckReceived):
            self.pong = event.ping_data
        elif isinstance(event, h2.events.SettingsAcknowledged):
            self.settings_acknowledged = True
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = int(event.error_code)

    def finish(self, *streams):
        while not all(self.streams[id]['ended'] or self.streams[id]['reset'] is not None for id in streams):
            self.read()
        return [self.streams[id] for id in streams]


def show(stream):
    return {**stream, 'body': stream['body'].decode() if len(stream['body']) < 200 else None, 'length': len(stream['body'])}


def main():
    client = Client(int(sys.argv[1]))
    seen = {}

    hello = client.begin('GET', '/hello')
    seen['hello'] = show(*client.finish(hello))

    many = [client.begin('GET', '/bytes/100000') for _ in range(50)]
    seen['many'] = sorted({(one['status'], len(one['body']), hashlib.sha256(one['body']).hexdigest()) for one in client.finish(*many)})

    upload = client.begin('POST', '/hash', end=False)
    client.upload(upload, UPLOAD)
    seen['upload'] = show(*client.finish(upload))
    seen['uploaded'] = hashlib.sha256(UPLOAD).hexdigest()

    seen['trailers'] = show(*client.finish(client.begin('GET', '/trailers')))
    seen['early'] = show(*client.finish(client.begin('GET', '/early')))

    push = client.begin('GET', '/push')
    client.finish(push)
    client.finish(*client.pushes)
    seen['pushes'] = [{'path': path, **show(client.streams[id])} for id, path in client.pushes.items()]

    forever = client.begin('GET', '/forever')
    while len(client.streams[forever]['body']) < 300_000:
        client.read()
    client.connection.reset_stream(forever, error_code=8)
    client.connection.ping(PING)
    client.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 100_000})
    client.settings_acknowledged = False
    client.flush()
    while client.pong is None or not client.settings_acknowledged:
        client.read()
    seen['pong'] = client.pong.decode()
    seen['after'] = show(*client.finish(client.begin('GET', '/bytes/250000')))
    seen['goaway'] = client.goaway
    print(json.dumps(seen))


main()
