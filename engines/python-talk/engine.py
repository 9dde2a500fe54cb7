#!/usr/bin/env python
"""The stack of a talk about slow and fast grequests, as an engine of tlstax (docs/trial-protocol.md).

One program for Python 2.7, 3.7 and 3.11 or newer. Patches apply to a process, not to a request, so the stage is
chosen when the program starts, and its patches are made before anything else of the stack is imported.
"""
from __future__ import absolute_import, print_function

import sys

sys.dont_write_bytecode = True

import argparse
import os
import resource

import stages
from conversation import Conversation, Refused
from watch import Watch, now

VERSION = '0.1.0'


def main():
    args = arguments()
    talk = Conversation()
    try:
        serve(args, talk)
    except Refused as refusal:
        talk.say({'failed': str(refusal)})
        sys.stderr.write('engine.py: %s\n' % refusal)
        talk.end(1)
    talk.end(0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--stage', required=True, choices=stages.STAGES, help='what is patched')
    parser.add_argument('--trace', action='store_true', help='tell every step of trials of over 1000 requests too')
    parser.add_argument('--profile', action='store_true', help='run under cProfile, and tell its top 20')
    return parser.parse_args()


def serve(args, talk):
    """One trial: job, ready, go, finished, report, done."""
    job = talk.job()
    without_surroundings()
    try:
        stack = stages.apply(args.stage)
    except ImportError as error:
        raise Refused('stage %s cannot be had: %s' % (args.stage, error))
    # Only now: it imports what the stage must have patched before.
    import fetches

    watch = Watch(stack)
    fetcher = fetches.Fetcher(stack, job, watch)
    fetcher.warm_up()
    spent = resource.getrusage(resource.RUSAGE_SELF)
    talk.say({'ready': {
        'engine': 'python-talk', 'version': VERSION, 'libraries': stack.libraries() + watch.probed,
        'workers': 1, 'cannot_measure': [], 'warm_up_requests': 1,
        'warm_up_cpu_ns': int(1e9 * (spent.ru_utime + spent.ru_stime)),
    }})
    talk.hear('go')
    requests = job['workload']['requests']
    profile = profiler() if args.profile else None
    # cProfile knows no greenlets: it would book the time in which all requests wait to the heartbeat's sleep.
    watch.begin(requests, tells_steps=args.trace or requests <= 1000, beats=not profile)
    started = now()
    if profile:
        profile.enable()
    fetcher.run(requests)
    if profile:
        profile.disable()
    ended = now()
    watch.end(ended)
    talk.say({'finished': {'started_ns': started, 'ended_ns': ended, 'recorder_bytes': watch.size()}})
    talk.hear('report')
    done = fetcher.seen()
    if profile:
        import profiles
        done['profile'] = {'wall_ns': ended - started, 'rows': profiles.top(profile)}
    talk.say({'done': done})


def profiler():
    import cProfile
    return cProfile.Profile()


def without_surroundings():
    """A proxy or another trust store in the environment would be used without a word."""
    for name in list(os.environ):
        if name.lower().endswith('_proxy') or name in ('REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
            del os.environ[name]


if __name__ == '__main__':
    main()
