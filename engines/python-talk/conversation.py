"""The engine's end of the trial protocol."""
import io
import json
import os
import threading

try:
    from queue import Queue
except ImportError:
    from Queue import Queue

PROTOCOL = 1


class Refused(Exception):
    """The job cannot be done, or what was said is not the protocol."""


class Conversation(object):
    """Lines from the harness, and lines to it.

    A thread of the system reads, from before anything is patched: however long a stage holds the main thread, and its
    event loop with it, the end of standard input is seen at once.
    """

    def __init__(self):
        # Whatever a library prints must not end up between the lines of the protocol.
        self._out = os.dup(1)
        os.dup2(2, 1)
        self._lines = Queue()
        reader = threading.Thread(target=self._listen)
        reader.daemon = True
        reader.start()

    def _listen(self):
        lines = io.open(0, 'rb', closefd=False)
        for line in iter(lines.readline, b''):
            self._lines.put(line)
        # The harness is gone: nothing of the trial may go on.
        os._exit(0)

    def _next(self, due):
        line = self._lines.get()
        try:
            return json.loads(line.decode('utf-8'))
        except ValueError:
            raise Refused('expected %s from the harness, but it said no JSON: %.200r' % (due, line))

    def job(self):
        """What to do."""
        order = self._next('the job')
        job = order.get('job') if isinstance(order, dict) else None
        if not isinstance(job, dict):
            raise Refused('the harness was to give a job')
        if job.get('protocol') != PROTOCOL:
            raise Refused('the harness speaks protocol %r, this engine speaks %d' % (job.get('protocol'), PROTOCOL))
        try:
            count = job['workload']['requests'], job['workload']['concurrency']
            whole = min(count) > 0 and all(target['url'] and target['addr'] for target in job['targets'])
            kind = job['cell'].rsplit('/', 1)[-1]
        except (KeyError, TypeError, AttributeError):
            whole = False
        if not (whole and job['targets']):
            raise Refused('the job lacks its targets, its cell or its workload')
        if kind != 'new-conn':
            raise Refused('this engine opens a connection per request')
        return job

    def hear(self, word):
        """Waits for an order of one word."""
        said = self._next(repr(word))
        if said != word:
            raise Refused('expected "%s" from the harness, but it said %.200r' % (word, said))

    def say(self, answer):
        """One line to the harness."""
        line = json.dumps(answer).encode('utf-8') + b'\n'
        while line:
            line = line[os.write(self._out, line):]

    def end(self, code):
        """Ends the process, with no word of threads that still wait."""
        os._exit(code)
