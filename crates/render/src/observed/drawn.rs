//! The states of a connection over time, with their names in legends and their characters in a terminal.

use observation::{Connection, Doing};

/// A state in which a connection is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// A state that was observed.
    Doing(Doing),
    /// The time of requests beyond those that were recorded individually, including what lay between them.
    Further,
}

/// A span in one state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) what: Drawn,
    pub(crate) from_ns: u64,
    pub(crate) until_ns: u64,
}

/// All states, in the order in which a connection passes through them and legends list them.
pub(crate) const ALL: [Drawn; 7] = [
    Drawn::Doing(Doing::Connecting),
    Drawn::Doing(Doing::Handshake),
    Drawn::Doing(Doing::Standing),
    Drawn::Doing(Doing::Waiting),
    Drawn::Doing(Doing::Transferring),
    Drawn::Doing(Doing::Idle),
    Drawn::Further,
];

impl Drawn {
    /// The state in words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Drawn::Doing(Doing::Connecting) => "connecting",
            Drawn::Doing(Doing::Handshake) => "handshake",
            Drawn::Doing(Doing::Standing) => "open, unused",
            Drawn::Doing(Doing::Waiting) => "waiting for response",
            Drawn::Doing(Doing::Transferring) => "receiving response",
            Drawn::Doing(Doing::Idle) => "idle after use",
            Drawn::Further => "further requests",
        }
    }

    /// The state as one character in a terminal. Connections at work have full characters.
    pub(crate) fn mark(self) -> char {
        match self {
            Drawn::Doing(Doing::Connecting) => '○',
            Drawn::Doing(Doing::Handshake) => 'h',
            Drawn::Doing(Doing::Standing) => '·',
            Drawn::Doing(Doing::Waiting) => '█',
            Drawn::Doing(Doing::Transferring) => '▒',
            Drawn::Doing(Doing::Idle) => '─',
            Drawn::Further => '~',
        }
    }
}

/// The states of `connection` without gaps, until it closed or, if it was open at the end, until `end_ns`.
pub(crate) fn parts(connection: &Connection, end_ns: u64) -> Vec<Part> {
    let stretches = connection.stretches(end_ns).into_iter();
    let mut parts: Vec<Part> = stretches
        .map(|stretch| Part { what: Drawn::Doing(stretch.doing), from_ns: stretch.from_ns, until_ns: stretch.until_ns })
        .collect();
    // The last stretch contains the exchanges that were not recorded individually, so the connection was not idle then.
    if connection.exchanged > connection.exchanges.len() as u64
        && let Some(last) = parts.last_mut().filter(|last| last.what == Drawn::Doing(Doing::Idle))
    {
        last.what = Drawn::Further;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::{serialized, ten_thousand};

    #[test]
    fn requests_that_were_not_kept_are_not_drawn_as_idleness() {
        let observation = ten_thousand();
        let parts = parts(&observation.passes[1].connections[0], observation.passes[1].wall_ns);
        assert_eq!(parts.last().unwrap().what, Drawn::Further);
        assert_eq!(parts.iter().filter(|part| part.what == Drawn::Doing(Doing::Waiting)).count(), 64);
    }

    #[test]
    fn what_was_kept_whole_is_drawn_as_it_was() {
        let mut connection = serialized(1).passes[1].connections[0].clone();
        connection.closed_ns = None;
        let last = parts(&connection, u64::MAX).last().unwrap().what;
        assert_eq!(last, Drawn::Doing(Doing::Idle));
    }
}
