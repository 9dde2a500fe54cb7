"""A stage of the talk (docs/talk.md), without the trial protocol: talk_stage.py STAGE URL N

The stage's patches are those of engines/python-talk; the rest is what its users wrote, all requests at once.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'engines', 'python-talk'))
sys.dont_write_bytecode = True

import stages

stage, base, n = sys.argv[1], sys.argv[2].rstrip('/'), int(sys.argv[3])
if stage not in stages.STAGES or stage == 'serial':
    sys.exit('talk_stage.py: no stage %r that fetches with grequests' % stage)
stages.apply(stage)
# Only now: it imports what the stage must have patched before.
import grequests


def failed(request, error):
    """One that fails must not end the others: grequests tells of it here, and gives None for its answer."""
    sys.stderr.write('%s: %s\n' % (request.url, error))


answers = grequests.map([grequests.get(base + '/get') for _ in range(n)], exception_handler=failed)
if not all(answer is not None and answer.ok for answer in answers):
    sys.exit(1)
print(n, 'ok')
