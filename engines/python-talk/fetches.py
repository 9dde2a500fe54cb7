"""Making the requests, and checking what came back. Imported when the stage has been applied, and not before."""
import json

import requests
import urllib3.util.connection

from conversation import Refused


class Fetcher(object):
    """The requests of one job, each over a connection of its own."""

    def __init__(self, stack, job, watch):
        self._watch = watch
        self._serial = not stack.has_gevent
        self._targets = job['targets']
        self._path = job['workload']['path']
        self._slots = 1 if self._serial else min(job['workload']['concurrency'], job['workload']['requests'])
        trust = job.get('trust_file')
        # The talk had verify=False. A path is str in both Pythons, as the old releases want it.
        self._verify = str(trust) if trust else True
        self._fetches = []
        dial(dict(map(_dialled, self._targets)))

    def warm_up(self):
        """One small request of the first target's server: imports and what is made on first use are then behind it."""
        url = self._targets[0]['url']
        scheme, rest = url.split('://', 1)
        fetch = Fetch(0, '%s://%s/get' % (scheme, rest.split('/', 1)[0]), self._verify, Unwatched())
        self._make([fetch])
        wrong = fetch.wrong(Expectation('/get'))
        if wrong:
            raise Refused('warming up failed (%s): %s' % wrong)

    def run(self, count):
        """Makes so many, as many at once as there are slots."""
        targets = self._targets
        self._fetches = [
            Fetch(i, paged(targets[i % len(targets)]['url'], i), self._verify, self._watch, self._slots)
            for i in range(count)
        ]
        self._make(self._fetches)

    def _make(self, fetches):
        if self._serial:
            for fetch in fetches:
                fetch.send()
        else:
            import grequests
            grequests.map(fetches, size=self._slots)

    def seen(self):
        """What came of them, for `done`."""
        watch, expected = self._watch, Expectation(self._path)
        errors, rows = {}, []
        pages = set()
        for fetch in self._fetches:
            wrong = fetch.wrong(expected)
            if not wrong and expected.echoes:
                wrong = None if fetch.page not in pages else ('page', 'page %d came twice' % fetch.page)
                pages.add(fetch.page)
            if wrong:
                kind, what = wrong
                errors.setdefault(kind, {'count': 0, 'first': what})['count'] += 1
            else:
                rows.append(watch.rows[fetch.number])
        names = ('due', 'start', 'connected', 'secured', 'sent', 'first_byte', 'done')
        return {
            'right': len(rows), 'errors': errors, 'rows': [dict(zip(names, row)) for row in rows],
            'most_in_flight': watch.most_in_flight, 'event_loop': watch.event_loop(),
            'trace': [{'at': at, 'request': request, 'step': step} for at, request, step in watch.steps],
        }


class Fetch(object):
    """One request: what grequests' AsyncRequest is, with the stamps of its beginning and end.

    It has a Session of its own, as there, and so a connection of its own. Of the answer only the status and the body
    are kept: Session and response hold the connection, and a thousand would be open until the last request is done.
    """

    def __init__(self, number, url, verify, watch, slots=1):
        self.number, self.url, self._verify, self._watch, self._slots = number, url, verify, watch, slots
        self.session = requests.Session()
        self.response = self.exception = self.page = None

    def send(self, **kwargs):
        """Called by grequests.map on a greenlet of its own."""
        self._watch.starts(self.number, self._slots)
        try:
            response = self.session.request('GET', self.url, verify=self._verify, **kwargs)
            self.response = response.status_code, response.content
        except Exception as error:  # as grequests does: one that fails must not end the others
            self.exception = error
        self._watch.ends(self.number)
        self.session.close()
        self.session = None
        return self

    def wrong(self, expected):
        """Its kind and what is wrong with the answer; None if it is right."""
        if self.exception is not None:
            return type(self.exception).__name__, str(self.exception)[:500]
        status, body = self.response
        if status != expected.status:
            return 'status', '%d instead of %d' % (status, expected.status)
        if expected.length is not None and len(body) != expected.length:
            return 'length', '%d bytes instead of %d' % (len(body), expected.length)
        return self._wrong_echo(body) if expected.echoes else None

    def _wrong_echo(self, body):
        try:
            answer = json.loads(body.decode('utf-8'))
            url, pages = answer['url'], answer['args'].get('page')
        except (ValueError, KeyError, AttributeError):
            return 'body', 'not the JSON of an answer: %.200r' % body
        if url != self.url:
            return 'url', 'the answer is to %s, %s was asked for' % (url, self.url)
        if pages is not None:
            page = pages[0] if isinstance(pages, list) else pages
            if page != str(self.number):
                return 'page', 'page %s instead of %d' % (page, self.number)
            self.page = self.number
        elif 'page=' in self.url:
            return 'page', 'no page instead of %d' % self.number
        return None


class Unwatched(object):
    """A watch that looks away: for what is before the measured part."""

    def starts(self, request, slots):
        pass

    def ends(self, request):
        pass


class Expectation(object):
    """What every answer to a path must be, as go-httpbin's endpoints answer."""

    def __init__(self, path):
        kind, _, rest = path.split('?', 1)[0].lstrip('/').partition('/')
        self.status = int(rest) if kind == 'status' and rest.isdigit() else 200
        self.length = int(rest) if kind == 'bytes' and rest.isdigit() else None
        self.echoes = kind in ('get', 'delay')


def paged(url, page):
    """The URL with a page number in its query: how an answer is known to be to this request."""
    return '%s%spage=%d' % (url, '&' if '?' in url else '?', page)


def _dialled(target):
    """The port of the URL, and the address that it stands for."""
    host, port = target['addr'].rsplit(':', 1)
    authority = target['url'].split('://', 1)[1].split('/', 1)[0]
    named = authority.rsplit(':', 1)[1] if ':' in authority else '443' if target['url'].startswith('https') else '80'
    return int(named), (host.strip('[]'), int(port))


def dial(addresses):
    """Has urllib3 dial the addresses of the job: no name is looked up in a trial. Certificates are still for names."""
    create = urllib3.util.connection.create_connection

    def create_connection(address, *args, **kwargs):
        return create(addresses.get(address[1], address), *args, **kwargs)
    urllib3.util.connection.create_connection = create_connection
