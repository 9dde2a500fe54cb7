//! What is drawn of a connection: what it did from when to when, as legends name it and terminals show it.

use observation::{Connection, Doing};

/// What a connection is drawn as doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// As it was seen.
    Doing(Doing),
    /// Requests beyond those that were kept one by one, and whatever lay between them.
    Further,
}

/// For how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) what: Drawn,
    pub(crate) from_ns: u64,
    pub(crate) until_ns: u64,
}

/// All of it, in the order of a connection's life, which is that of legends.
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
    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Drawn::Doing(Doing::Connecting) => "connecting",
            Drawn::Doing(Doing::Handshake) => "handshake",
            Drawn::Doing(Doing::Standing) => "open, unused",
            Drawn::Doing(Doing::Waiting) => "awaiting an answer",
            Drawn::Doing(Doing::Transferring) => "answer arriving",
            Drawn::Doing(Doing::Idle) => "idle after use",
            Drawn::Further => "further requests",
        }
    }

    /// As one character of a terminal: what is full is at work.
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

/// What `connection` did without gaps, until it closed or, where it was open at the end, until `end_ns`.
pub(crate) fn parts(connection: &Connection, end_ns: u64) -> Vec<Part> {
    let stretches = connection.stretches(end_ns).into_iter();
    let mut parts: Vec<Part> = stretches
        .map(|stretch| Part { what: Drawn::Doing(stretch.doing), from_ns: stretch.from_ns, until_ns: stretch.until_ns })
        .collect();
    // The last stretch holds what was not kept: it was not idle.
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
