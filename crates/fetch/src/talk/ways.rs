//! How each operation of a connection waits: the only difference between one stage of the talk and the next.

/// What an operation does when its socket is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// It holds the thread in poll(2), and with it every other task of the executor.
    Hold,
    /// It yields the thread until the reactor reports that the socket is ready.
    Yield,
}

/// How each operation waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ways {
    /// The socket below TLS: connecting, and every operation without TLS.
    pub(crate) socket: Way,
    pub(crate) handshake: Way,
    pub(crate) send: Way,
    /// Reading into a buffer of the connection's, which is returned.
    pub(crate) recv: Way,
    /// Reading into a buffer of the caller's.
    pub(crate) recv_into: Way,
}

impl Ways {
    /// Stage 1: a TLS layer that knows the event loop.
    pub(crate) const COOPERATIVE: Ways =
        Ways { socket: Way::Yield, handshake: Way::Yield, send: Way::Yield, recv: Way::Yield, recv_into: Way::Yield };

    /// Stage 2: a TLS layer that does not know the event loop, over a socket that does: connections are still opened
    /// together.
    pub(crate) const BLOCKING: Ways =
        Ways { socket: Way::Yield, handshake: Way::Hold, send: Way::Hold, recv: Way::Hold, recv_into: Way::Hold };

    /// Stage 3: stage 2's layer in a wrapper that makes handshake, send and recv cooperative. It has no recv_into, so
    /// that call goes to the layer within.
    pub(crate) const WRAPPED: Ways = Ways { recv_into: Ways::BLOCKING.recv_into, ..Ways::COOPERATIVE };

    /// Stage 4: the wrapper, patched to have recv_into too.
    pub(crate) const PATCHED: Ways = Ways { recv_into: Way::Yield, ..Ways::WRAPPED };

    /// Stage 5: stage 2's layer, unchanged; the function that it waits with has been replaced by one that yields.
    pub(crate) const COOPERATIVE_WAIT: Ways = Ways::BLOCKING.waiting(Way::Yield);

    /// Which operations of the TLS layer hold the thread, in words.
    pub(crate) fn words(&self) -> String {
        let operations =
            [("handshake", self.handshake), ("send", self.send), ("recv", self.recv), ("recv_into", self.recv_into)];
        let holding: Vec<&str> =
            operations.iter().filter(|(_, way)| *way == Way::Hold).map(|(name, _)| *name).collect();
        match holding[..] {
            [] => "all yield".to_owned(),
            [one] => format!("{one} holds"),
            _ if holding.len() == operations.len() => "all hold".to_owned(),
            _ => format!("{} hold", holding.join(", ")),
        }
    }

    /// The same, with every wait of the TLS layer made in this way.
    const fn waiting(self, way: Way) -> Ways {
        Ways { socket: self.socket, handshake: way, send: way, recv: way, recv_into: way }
    }

    /// Requests one after another need not yield.
    pub(crate) const SERIAL: Ways = Ways { socket: Way::Hold, ..Ways::BLOCKING };
}

/// Stage 0: the layer that was registered last carries TLS. A program that names no layer of its own gets whichever
/// else is installed.
pub(crate) fn registered_last(installed: &[Ways]) -> Ways {
    installed.last().copied().unwrap_or(Ways::COOPERATIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_beside_decides() {
        assert_eq!(registered_last(&[]), Ways::COOPERATIVE);
        assert_eq!(registered_last(&[Ways::COOPERATIVE, Ways::BLOCKING]), Ways::BLOCKING);
        assert_eq!(registered_last(&[Ways::BLOCKING, Ways::COOPERATIVE]), Ways::COOPERATIVE, "order decides");
    }

    #[test]
    fn what_holds_is_named() {
        assert_eq!(Ways::COOPERATIVE.words(), "all yield");
        assert_eq!(Ways::WRAPPED.words(), "recv_into holds");
        assert_eq!(Ways::BLOCKING.words(), "all hold");
    }

    #[test]
    fn the_patch_is_one_operation() {
        assert_ne!(Ways::WRAPPED, Ways::PATCHED);
        assert_eq!(Ways { recv_into: Way::Hold, ..Ways::PATCHED }, Ways::WRAPPED, "reverted");
    }
}
