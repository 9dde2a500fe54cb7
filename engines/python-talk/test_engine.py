"""Tests of setup.sh and engine.py: python3 test_engine.py

Those of the stages need a tlstax program, for its servers (TLSTAX names it; else target/release/tlstax of this
checkout, or one on PATH), and an environment (PROFILE names it, py311 else; made where packages are to be had).
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILE = os.environ.get('PROFILE', 'py311')
DELAY, COUNT = 0.1, 5
# gevent_openssl covers recv, by which Python 2 reads, and not recv_into, by which Python 3 does.
SLOW = {'serial', '2'} if PROFILE == 'py27' else {'serial', '2', '3', '4-before'}
STAGES = ['serial', '1', '2', '3', '4', '4-before']


class Engine:
    """The harness' end of a trial."""

    def __init__(self, *args, python=sys.executable):
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, 'engine.py'), *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def say(self, order):
        line = order if isinstance(order, str) else json.dumps(order)
        self.process.stdin.write(line.encode() + b'\n')
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def ends(self):
        """Its exit code, its standard input being closed."""
        self.process.stdin.close()
        return self.process.wait(10)

    def trial(self, job):
        """Every answer up to `done`, or to the first that says that it failed."""
        heard = {}
        for order in ({'job': job}, 'go', 'report'):
            self.say(json.dumps(order))
            answer = self.hear() or {'failed': self.process.stderr.read().decode()}
            heard.update(answer)
            if 'failed' in answer:
                break
        return heard


def job(url='http://localhost:1/get', **changes):
    authority = url.split('/')[2]
    made = {
        'protocol': 1, 'cell': 'engine/python/https/new-conn',
        'workload': {'path': '/' + url.split('/', 3)[3], 'requests': COUNT, 'concurrency': COUNT},
        'targets': [{'url': url, 'host': 'localhost', 'addr': '127.0.0.1:' + authority.split(':')[1]}],
        'trust_file': None, 'groups': ['x25519'], 'workers': 2, 'seed': 1,
    }
    made.update(changes)
    return made


class Setup(unittest.TestCase):
    """setup.sh, in a cache of its own and with nothing on PATH but what it needs."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, 'bin')
        os.mkdir(self.path)
        for tool in ('bash', 'cat', 'cksum', 'dirname', 'flock', 'ln', 'mkdir', 'mktemp', 'mv', 'readlink', 'rm', 'sed'):
            os.symlink(shutil.which(tool), os.path.join(self.path, tool))
        self.environment = {'PATH': self.path, 'HOME': self.folder, 'XDG_CACHE_HOME': os.path.join(self.folder, 'cache')}

    def run_setup(self, *args, **environment):
        return subprocess.run(
            [os.path.join(self.path, 'bash'), os.path.join(HERE, 'setup.sh'), *args], env={**self.environment, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=300)

    def program(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write('#!%s\n%s\n' % (os.path.join(self.path, 'bash'), text))
        os.chmod(path, 0o755)

    def refuses(self, ran, words):
        self.assertEqual((ran.returncode, ran.stdout), (2, ''), ran.stderr)
        self.assertIn(words, ran.stderr)

    def test_it_knows_its_profiles(self):
        self.refuses(self.run_setup(), 'usage: setup.sh [--made] py27|py37|py311|py311-today|habits')
        self.refuses(self.run_setup('py26'), 'usage')
        self.refuses(self.run_setup('../requirements/py27'), 'usage')
        self.refuses(self.run_setup('py27', 'py37'), 'one profile')
        self.refuses(self.run_setup('--made'), 'usage')

    def test_told_to_it_makes_none(self):
        found = os.path.join(self.path, 'python2.7')
        self.program(found, 'if [ "$1" = -c ]; then echo "$0"; else echo made >&2; exit 1; fi')
        ran = self.run_setup('--made', 'py27')
        self.refuses(ran, 'not made')
        self.assertNotIn('making', ran.stderr)

    def test_an_interpreter_that_is_missing_is_told(self):
        self.refuses(self.run_setup('py27'), 'no interpreter for py27')

    def test_a_shim_that_does_not_run_is_no_interpreter(self):
        self.program(os.path.join(self.path, 'python2.7'), 'echo "python2.7: command not found" >&2; exit 127')
        self.refuses(self.run_setup('py27'), 'no interpreter for py27')

    def test_an_interpreter_of_pyenv_is_found_behind_it(self):
        self.program(os.path.join(self.path, 'python2.7'), 'exit 127')
        found = os.path.join(self.folder, '.pyenv/versions/2.7.18/bin/python2.7')
        self.program(found, 'if [ "$1" = -c ]; then echo "$0"; else exit 1; fi')
        ran = self.run_setup('py27')
        self.refuses(ran, 'no virtualenv for Python 2.7')
        self.assertIn('making py27 with ' + found, ran.stderr)

    def test_what_is_made_and_fits_is_found(self):
        made = os.path.join(self.folder, 'cache/tlstax/python-talk/py27')
        self.program(os.path.join(made, 'bin/python'), 'exit 0')
        with open(os.path.join(HERE, 'requirements/py27.txt')) as requirements:
            checksum = subprocess.check_output(['cksum'], stdin=requirements, universal_newlines=True)
        with open(os.path.join(made, 'requirements.sum'), 'w') as file:
            file.write(checksum)
        ran = self.run_setup('py27')
        self.assertEqual((ran.returncode, ran.stdout), (0, os.path.join(made, 'bin/python') + '\n'), ran.stderr)
        with open(os.path.join(made, 'requirements.sum'), 'w') as file:
            file.write('of other requirements')
        self.refuses(self.run_setup('py27'), 'no interpreter')

    @unittest.skipIf(sys.version_info < (3, 11), 'the profile takes Python 3.11')
    def test_packages_that_are_not_to_be_had_leave_nothing_behind(self):
        os.symlink(sys.executable, os.path.join(self.path, 'python3'))
        self.refuses(self.run_setup('py311-today', PIP_NO_INDEX='1'), 'not to be had')
        left = os.listdir(os.path.join(self.folder, 'cache/tlstax/python-talk'))
        self.assertEqual(left, ['py311-today.lock'])


class Protocol(unittest.TestCase):
    """What is refused before any package is needed."""

    def refused(self, order, words):
        with Engine('--stage', '1') as engine:
            engine.say(order)
            self.assertIn(words, engine.hear()['failed'])
            self.assertEqual(engine.process.wait(10), 1)

    def test_a_stage_must_be_named(self):
        for args in ([], ['--stage', '5'], ['--stage', '1', '--fast']):
            with Engine(*args) as engine:
                self.assertEqual(engine.process.wait(10), 2)

    def test_nonsense_is_no_job(self):
        self.refused('{"job":', 'no JSON')
        self.refused('"go"', 'was to give a job')
        self.refused('[]', 'was to give a job')

    def test_another_version_is_refused(self):
        self.refused({'job': job(protocol=2)}, 'protocol 2')

    def test_a_job_without_targets_is_refused(self):
        self.refused({'job': job(targets=[])}, 'lacks')
        self.refused({'job': job(workload={})}, 'lacks')

    def test_kept_connections_are_refused(self):
        self.refused({'job': job(cell='engine/python/https/keep-alive')}, 'opens a connection per request')

    def test_it_ends_with_its_standard_input(self):
        with Engine('--stage', '2') as engine:
            self.assertEqual(engine.ends(), 0)
            self.assertIsNone(engine.hear())


def find_tlstax():
    checkout = os.path.join(HERE, '../../target/release/tlstax')
    named = [os.environ.get('TLSTAX'), checkout, shutil.which('tlstax')]
    return next((path for path in named if path and os.access(path, os.X_OK)), None)


class Stages(unittest.TestCase):
    """Every stage against the servers of tlstax."""

    @classmethod
    def setUpClass(cls):
        tlstax = find_tlstax()
        if not tlstax:
            raise unittest.SkipTest('there is no tlstax to serve: TLSTAX names it')
        made = subprocess.run([os.path.join(HERE, 'setup.sh'), PROFILE], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True)
        if made.returncode:
            if os.environ.get('CI'):
                raise RuntimeError(made.stderr)
            raise unittest.SkipTest(made.stderr)
        cls.python = made.stdout.strip()
        cls.server = subprocess.Popen([tlstax, 'origin'], stdout=subprocess.PIPE, universal_newlines=True)
        cls.addClassCleanup(cls.stop)
        said = [cls.server.stdout.readline() for _ in range(4)]
        cls.http, cls.https = said[1].strip(), said[2].strip()
        cls.root = said[3].split(': ')[1].strip()

    @classmethod
    def stop(cls):
        cls.server.send_signal(signal.SIGINT)
        cls.server.communicate(timeout=10)

    def run_stage(self, stage, base, *args, **changes):
        changes.setdefault('trust_file', self.root if base == self.https else None)
        with Engine('--stage', stage, *args, python=self.python) as engine:
            return engine.trial(job('%s/delay/%s' % (base, DELAY), **changes))

    def steps(self, heard, *names):
        return [(event['step'], event['request']) for event in heard['done']['trace'] if event['step'] in names]

    def test_each_stage_is_as_slow_as_in_the_talk(self):
        for stage in STAGES:
            with self.subTest(stage=stage):
                heard = self.run_stage(stage, self.https)
                self.assertNotIn('failed', heard)
                self.assertEqual((heard['done']['right'], heard['done']['errors']), (COUNT, {}))
                took = (heard['finished']['ended_ns'] - heard['finished']['started_ns']) / 1e9
                least = COUNT * DELAY if stage in SLOW else DELAY
                most = COUNT * DELAY - 0.05 if stage not in SLOW else 10
                self.assertTrue(least <= took < most, took)
                self.assertEqual(heard['done']['most_in_flight'], 1 if stage == 'serial' else COUNT)
                held = len(self.steps(heard, 'hold'))
                self.assertEqual(held >= COUNT, stage in SLOW, held)
                order = [step for step, _ in self.steps(heard, 'sent', 'first-byte')]
                slow, fast = ['sent', 'first-byte'] * COUNT, ['sent'] * COUNT + ['first-byte'] * COUNT
                self.assertEqual(order, slow if stage in SLOW else fast)

    def test_plain_http_is_fast_in_every_stage(self):
        for stage in STAGES[1:]:
            with self.subTest(stage=stage):
                heard = self.run_stage(stage, self.http)
                self.assertEqual(heard['done']['right'], COUNT, heard)
                took = (heard['finished']['ended_ns'] - heard['finished']['started_ns']) / 1e9
                self.assertLess(took, COUNT * DELAY - 0.05)
                self.assertEqual(self.steps(heard, 'hold', 'handshake'), [])

    def test_a_row_is_in_order(self):
        heard = self.run_stage('2', self.https)
        names = ('due', 'start', 'connected', 'secured', 'sent', 'first_byte', 'done')
        for row in heard['done']['rows']:
            stamps = [row[name] for name in names]
            self.assertEqual(stamps, sorted(stamps))
            self.assertGreater(stamps[0], 0)
        at = [event['at'] for event in heard['done']['trace']]
        self.assertEqual(at, sorted(at))
        self.assertEqual({step for step, _ in self.steps(heard, 'start', 'done')}, {'start', 'done'})

    def test_fewer_slots_than_requests(self):
        workload = {'path': '/delay/%s' % DELAY, 'requests': 6, 'concurrency': 2}
        heard = self.run_stage('1', self.https, workload=workload)
        self.assertEqual((heard['done']['right'], heard['done']['most_in_flight']), (6, 2), heard)

    def test_no_other_roots_and_no_other_names_are_trusted(self):
        roots = subprocess.check_output([self.python, '-c', 'import certifi; print(certifi.where())'])
        for stage in STAGES:
            with self.subTest(stage=stage):
                heard = self.run_stage(stage, self.https, trust_file=roots.decode().strip())
                self.assertIn('SSLError', heard['failed'])
                port = self.https.rsplit(':', 1)[1]
                other = {'url': 'https://other.example:%s/delay/0' % port, 'host': 'other.example',
                         'addr': '127.0.0.1:' + port}
                heard = self.run_stage(stage, self.https, targets=[other])
                self.assertIn('SSLError', heard['failed'])

    def test_a_profile_tells_where_the_time_went(self):
        profile = self.run_stage('2', self.https, '--profile')['done']['profile']
        self.assertGreaterEqual(len(profile['rows']), 20)
        # The name of the built-in differs with the version of Python.
        waits = [row for row in profile['rows'] if 'poll>' in row['function'] or "'poll'" in row['function']]
        self.assertGreater(waits[0]['self_ns'], 0.6 * profile['wall_ns'])

    def test_it_ends_with_its_standard_input_while_it_fetches(self):
        for stage in ('serial', '1', '2'):
            with self.subTest(stage=stage), Engine('--stage', stage, python=self.python) as engine:
                engine.say({'job': job(self.https + '/delay/5', trust_file=self.root)})
                self.assertIn('ready', engine.hear())
                engine.say('"go"')
                time.sleep(0.3)
                begun = time.monotonic()
                self.assertEqual(engine.ends(), 0)
                self.assertLess(time.monotonic() - begun, 0.5)


if __name__ == '__main__':
    unittest.main()
