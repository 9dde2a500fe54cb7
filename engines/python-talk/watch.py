"""What happens to each request, and when: seen from outside, by wrapping a few functions of the stack.

| step | seen by wrapping |
| --- | --- |
| start, done | the task itself (fetches.py) |
| opened | urllib3.util.connection.create_connection |
| handshake, secured | wrap_socket of the context that urllib3 uses |
| sending, sent | send of urllib3's HTTPConnection |
| reading, first-byte | _read_status of the standard library's HTTPResponse, which reads the first line |
| hold, released | urllib3.util.wait.poll_wait_for_socket; serial code: the same as reading |
| parked, resumed | greenlet's own trace hook: a request gives up the thread, and gets it back |
"""
import sys
import time

from stages import dotted

# A trial tells so many steps at most.
MOST_STEPS = 20000

# As often as tlstax' own event loops are asked to run something.
BEAT_S = 0.005

# The memory of one row and of one step, as far as Python tells: integers and containers together.
_ROW_BYTES, _STEP_BYTES = 400, 140

DUE, START, CONNECTED, SECURED, SENT, FIRST_BYTE, DONE = range(7)
_COLUMN = {'opened': CONNECTED, 'secured': SECURED, 'sent': SENT, 'first-byte': FIRST_BYTE}

if hasattr(time, 'monotonic_ns'):
    now = time.monotonic_ns
else:
    def _monotonic():
        """CLOCK_MONOTONIC for Python 2, which has no call for it."""
        import ctypes

        class Timespec(ctypes.Structure):
            _fields_ = [('seconds', ctypes.c_long), ('nanoseconds', ctypes.c_long)]

        read, stamp = ctypes.PyDLL(None).clock_gettime, Timespec()
        pointer = ctypes.byref(stamp)

        def clock():
            read(1, pointer)
            return stamp.seconds * 1000000000 + stamp.nanoseconds
        return clock
    now = _monotonic()


class Watch(object):
    """Stamps of one trial."""

    def __init__(self, stack):
        self._serial = not stack.has_gevent
        # Which TLS carries the connections, from the first of them.
        self.probed = []
        # Requests under way, by the greenlet that runs them; serial code has no greenlets, and one at most.
        self._running = {}
        self._current = (lambda: None) if self._serial else _greenlet().getcurrent
        self._heart = None
        self._clear()
        self._wrap()

    def _clear(self):
        self.rows, self.steps, self._told = [], [], 0
        self._completions, self._begun = [], 0
        self.most_in_flight = 0
        self.beats = self.latest_ns = self.held_ns = 0
        self._since = self._beat_due = 0

    def begin(self, requests, tells_steps, beats):
        """Begins the measured part."""
        self._clear()
        self.rows = [[0] * 7 for _ in range(requests)]
        self._told = MOST_STEPS if tells_steps else 0
        self._begun = now()
        if not self._serial:
            _greenlet().settrace(self._switched)
        if beats and not self._serial:
            import gevent
            self._heart = gevent.spawn(self._beat)

    def end(self, ended):
        """Ends it. A beat that is overdue counts: the event loop may have stood still to the end."""
        if not self._serial:
            _greenlet().settrace(None)
        if self._heart:
            self.latest_ns = max(self.latest_ns, ended - self._beat_due if self._beat_due else 0)
            self._heart.kill(block=False)

    def size(self):
        """Bytes that the recording takes up, nearly."""
        return len(self.rows) * _ROW_BYTES + len(self.steps) * _STEP_BYTES

    def event_loop(self):
        """How it kept up; None where there is none."""
        if not self.beats:
            return None
        return {'latest_ns': self.latest_ns, 'beats': self.beats, 'held_ns': self.held_ns}

    # A request's task calls these.

    def starts(self, request, slots):
        """The task runs first. It was due when its slot was free: at the beginning, or when another was done."""
        stamp = now()
        before = request - slots
        due = self._begun if before < 0 else self._completions[before]
        self.rows[request][DUE], self.rows[request][START] = due, stamp
        self._running[self._current()] = request
        self._since = stamp
        self.most_in_flight = max(self.most_in_flight, len(self._running))
        self._tell(stamp, request, 'start')

    def ends(self, request):
        """The task is through."""
        stamp = now()
        self.rows[request][DONE] = stamp
        self._completions.append(stamp)
        self.held_ns += stamp - self._since
        self._tell(stamp, request, 'done')
        del self._running[self._current()]

    # The rest is called from within the stack.

    def step(self, name):
        """The current greenlet's request has come so far. Before the measured part there is no such request."""
        request = self._running.get(self._current())
        if request is None:
            return
        stamp = now()
        column = _COLUMN.get(name)
        if column:
            self.rows[request][column] = stamp
        self._tell(stamp, request, name)

    def _tell(self, stamp, request, name):
        if len(self.steps) < self._told:
            self.steps.append((stamp, request, name))

    def _switched(self, event, greenlets):
        if event not in ('switch', 'throw'):
            return
        origin, target = greenlets
        left = self._running.get(origin)
        if left is not None:
            stamp = now()
            self.held_ns += stamp - self._since
            self._tell(stamp, left, 'parked')
        taken = self._running.get(target)
        if taken is not None:
            self._since = now()
            self._tell(self._since, taken, 'resumed')

    def _beat(self):
        import gevent
        while True:
            self._beat_due = now() + int(BEAT_S * 1e9)
            gevent.sleep(BEAT_S)
            self.beats += 1
            self.latest_ns = max(self.latest_ns, now() - self._beat_due)

    def _wrap(self):
        import urllib3.connection
        import urllib3.util.connection
        import urllib3.util.ssl_
        import urllib3.util.wait
        step = self.step

        _around(urllib3.util.connection, 'create_connection', None, lambda: step('opened'))
        _around(urllib3.util.wait, 'poll_wait_for_socket', lambda: step('hold'), lambda: step('released'),
                unless=lambda kwargs: kwargs.get('timeout') == 0)
        if self._serial:
            begins, comes = (lambda: (step('reading'), step('hold'))), (lambda: (step('released'), step('first-byte')))
        else:
            begins, comes = (lambda: step('reading')), (lambda: step('first-byte'))
        _around(_http().HTTPResponse, '_read_status', begins, comes)

        context = urllib3.util.ssl_.SSLContext
        wrap_socket = context.wrap_socket

        def traced_wrap_socket(*args, **kwargs):
            step('handshake')
            secured = wrap_socket(*args, **kwargs)
            step('secured')
            self._probe(secured)
            return secured
        context.wrap_socket = traced_wrap_socket

        connection = urllib3.connection.HTTPConnection
        send = connection.send

        def traced_send(self, data):
            # Plain HTTP connects when it first sends: that is no part of the sending.
            if self.sock is None and self.auto_open:
                self.connect()
            step('sending')
            send(self, data)
            step('sent')
        connection.send = traced_send

    def _probe(self, secured):
        """The talk's question: which class carries TLS, and which of its calls are covered?"""
        if self.probed:
            return
        self.probed.append('TLS socket %s' % dotted(type(secured)))
        connection = getattr(secured, 'connection', None)
        if connection is not None:
            kind = type(connection)
            self.probed.append('TLS connection %s' % dotted(kind))
            if kind.__module__.startswith('gevent_openssl'):
                ways = ('do_handshake', 'send', 'sendall', 'recv', 'recv_into', 'shutdown')
                self.probed.append('waits in the hub: %s' % ', '.join(w for w in ways if w in vars(kind)))


def _around(owner, name, before, after, unless=lambda kwargs: False):
    """Calls `before` and, when it went well, `after` around owner.name."""
    function = getattr(owner, name)

    def traced(*args, **kwargs):
        if unless(kwargs):
            return function(*args, **kwargs)
        if before:
            before()
        result = function(*args, **kwargs)
        after()
        return result
    setattr(owner, name, traced)


def _greenlet():
    import greenlet
    return greenlet


def _http():
    if sys.version_info[0] == 2:
        import httplib
        return httplib
    import http.client
    return http.client
