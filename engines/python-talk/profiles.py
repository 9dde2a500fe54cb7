"""What cProfile saw, as plain data."""
import io
import os
import pstats


def top(profile, count=20):
    """The functions that most time passed in, those that they called included; and any in which a tenth of all time
    passed by itself: on a busy machine deep callers may crowd it out.

    `calls` and `primitive_calls` differ where calls lie within one another, and where they overlap in time: cProfile
    knows nothing of greenlets, and takes the second for the first.
    """
    stats = pstats.Stats(profile, stream=io.StringIO()).stats
    rows = [
        {'function': named(function), 'calls': calls, 'primitive_calls': primitive, 'self_ns': int(own * 1e9),
         'cumulative_ns': int(cumulative * 1e9)}
        for function, (primitive, calls, own, cumulative, _) in stats.items()
    ]
    rows.sort(key=lambda row: -row['cumulative_ns'])
    tenth = sum(row['self_ns'] for row in rows) / 10
    return rows[:count] + [row for row in rows[count:] if row['self_ns'] > tenth]


def named(function):
    """The name of a function, with its file's last three parts."""
    file, line, name = function
    if file == '~':
        return name
    return '%s:%d(%s)' % ('/'.join(file.split(os.sep)[-3:]), line, name)
