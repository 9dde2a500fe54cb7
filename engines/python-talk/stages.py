"""The talk's stages: what is patched, and in which order."""
import sys

# What requests, urllib3 and grequests find here decides what they use: nothing of the stack is imported above `apply`.
STAGES = ('serial', '1', '2', '3', '4', '4-before')

# Which libraries a stage uses.
_WITH_GEVENT = ('1', '2', '3', '4', '4-before')
_WITH_PYOPENSSL = ('2', '3', '4', '4-before')
_WITH_GEVENT_OPENSSL = ('3', '4', '4-before')


def apply(stage):
    """Patches this process as the stage has it, and gives what came of it."""
    if stage not in _WITH_PYOPENSSL:
        # requests 2.21 takes pyOpenSSL without a word wherever it is installed. It is not, as far as these stages see.
        sys.modules['OpenSSL'] = None
    withheld = False
    if stage in _WITH_GEVENT_OPENSSL:
        # Before grequests, which imports requests, which hands OpenSSL.SSL.Connection to urllib3.
        withheld = _patch_openssl(stage)
    if stage in _WITH_GEVENT:
        # gevent's patch_all(thread=False, select=False), then requests, which may inject pyOpenSSL.
        import grequests  # noqa: F401
    else:
        import requests  # noqa: F401
    by_hand = stage in _WITH_PYOPENSSL and _inject()
    return Stack(stage, by_hand, withheld)


def _patch_openssl(stage):
    import gevent_openssl
    from gevent_openssl.SSL import Connection
    own = 'recv_into' in vars(Connection)
    if stage == '4' and not own:
        Connection.recv_into = _recv_into
    if stage != '4' and own:
        # A release that has it would hide what stage 3 is there to show.
        del Connection.recv_into
    gevent_openssl.monkey_patch()
    return own and stage != '4'


def _recv_into(self, buffer, nbytes=None, flags=None):
    """The talk's patch of gevent_openssl: the one way to read that it does not cover, made to wait in the hub.

    It gives the number of bytes in `buffer`, 0 at the end, as sockets do.
    """
    from OpenSSL.SSL import SysCallError, ZeroReturnError
    try:
        return self._Connection__iowait(self._connection.recv_into, buffer, nbytes, flags)
    except ZeroReturnError:
        return 0
    except SysCallError as error:
        if error.args == (-1, 'Unexpected EOF'):
            # The peer closed the connection without saying so: an end like any other to gevent_openssl's recv.
            return 0
        raise


_recv_into.__name__ = 'recv_into'


def _inject():
    """Has urllib3 use pyOpenSSL, if requests has not: since 2.24 it no longer does. Gives whether it was needed."""
    from urllib3.contrib import pyopenssl
    from urllib3.util import ssl_
    if ssl_.SSLContext is pyopenssl.PyOpenSSLContext:
        return False
    pyopenssl.inject_into_urllib3()
    return True


class Stack(object):
    """What a stage consists of, once it is patched."""

    def __init__(self, stage, injected_by_hand, recv_into_withheld):
        self.stage = stage
        self.injected_by_hand = injected_by_hand
        self.recv_into_withheld = recv_into_withheld
        self.has_gevent = stage in _WITH_GEVENT

    def libraries(self):
        """Those that do the work, with their versions; then what was done to them."""
        import ssl
        told = ['Python %d.%d.%d' % sys.version_info[:3]]
        told += [name + ' ' + version for name, version in self._versions()]
        told.append('ssl module: %s' % ssl.OPENSSL_VERSION)
        if self.stage in _WITH_PYOPENSSL:
            from OpenSSL import SSL
            told.append('cryptography: %s' % SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode('ascii'))
        from urllib3.util import ssl_
        told.append('TLS context %s' % dotted(ssl_.SSLContext))
        if self.injected_by_hand:
            told.append('inject_into_urllib3() called by hand')
        if self.recv_into_withheld:
            told.append('recv_into of gevent_openssl removed')
        return told

    def _versions(self):
        import requests
        import urllib3
        yield 'requests', requests.__version__
        yield 'urllib3', urllib3.__version__
        # These tell their versions nowhere but in what pip wrote down.
        if self.has_gevent:
            import gevent
            import greenlet
            yield 'grequests', installed('grequests')
            yield 'gevent', gevent.__version__
            yield 'greenlet', greenlet.__version__
        if self.stage in _WITH_PYOPENSSL:
            import cryptography
            import OpenSSL
            yield 'pyOpenSSL', OpenSSL.__version__
            yield 'cryptography', cryptography.__version__
        if self.stage in _WITH_GEVENT_OPENSSL:
            yield 'gevent-openssl', installed('gevent-openssl')


def dotted(kind):
    """The full name of a class."""
    return '%s.%s' % (kind.__module__, kind.__name__)


def installed(name):
    """The version of a package as it was installed."""
    try:
        from importlib.metadata import version
        return version(name)
    except ImportError:
        import pkg_resources
        return pkg_resources.get_distribution(name).version
