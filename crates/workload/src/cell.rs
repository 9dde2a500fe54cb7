//! The name of one point of the matrix: `model/client/tls/connection`.
//!
//! The grammar checks the shape and the connection kind. Which models, clients and TLS stacks there are is not
//! known here, so that adding one touches nothing in this crate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One point of the matrix, written `model/client/tls/connection`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cell {
    /// How many fetches run at once, e.g. `tokio-current`.
    pub model: String,
    /// Who speaks HTTP, e.g. `hyper`.
    pub client: String,
    /// Who speaks TLS, e.g. `rustls`; `plain` for none.
    pub tls: String,
    /// What becomes of a connection after a request.
    pub connection: Connection,
}

/// What becomes of a connection after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Connection {
    /// A connection, and over TLS a full handshake, per request.
    NewConn,
    /// One connection per slot, opened before the clock starts and kept throughout.
    KeepAlive,
    /// Whatever a program does that cannot be told: only cells of such programs have it.
    Own,
}

impl Connection {
    /// Every kind that a model can be told, in the order of tables.
    pub const ALL: [Connection; 2] = [Connection::NewConn, Connection::KeepAlive];

    /// The name as it stands in a cell.
    pub fn name(self) -> &'static str {
        match self {
            Connection::NewConn => "new-conn",
            Connection::KeepAlive => "keep-alive",
            Connection::Own => "own",
        }
    }
}

impl Cell {
    /// The TLS name of cells that use none.
    pub const PLAIN: &'static str = "plain";

    /// Whether this cell fetches over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls != Cell::PLAIN
    }

    /// The cell that differs from this one only in having no TLS: what the TLS tax is counted from. `None` for a
    /// plain cell.
    pub fn plain_twin(&self) -> Option<Cell> {
        self.is_tls().then(|| Cell { tls: Cell::PLAIN.to_owned(), ..self.clone() })
    }

    /// The parts of the name, which words of a selection are compared with.
    pub fn components(&self) -> [&str; 4] {
        [&self.model, &self.client, &self.tls, self.connection.name()]
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Through `pad`, so that a width given by the caller holds for the whole name.
        f.pad(&self.components().join("/"))
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text is not the name of a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// Not four non-empty parts.
    #[error(
        "{0:?} is not a cell: a cell is written model/client/tls/connection, e.g. tokio-current/hyper/rustls/new-conn"
    )]
    Shape(String),
    /// The last part is no connection kind.
    #[error("{0:?} is not a connection kind: there are new-conn and keep-alive")]
    Connection(String),
}

impl FromStr for Connection {
    type Err = CellError;

    fn from_str(text: &str) -> Result<Self, CellError> {
        let known = Connection::ALL.into_iter().chain([Connection::Own]).find(|kind| kind.name() == text);
        known.ok_or_else(|| CellError::Connection(text.to_owned()))
    }
}

impl FromStr for Cell {
    type Err = CellError;

    fn from_str(text: &str) -> Result<Self, CellError> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [model, client, tls, connection] if parts.iter().all(|part| is_name(part)) => Ok(Cell {
                model: model.to_owned(),
                client: client.to_owned(),
                tls: tls.to_owned(),
                connection: connection.parse()?,
            }),
            _ => Err(CellError::Shape(text.to_owned())),
        }
    }
}

fn is_name(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl TryFrom<String> for Cell {
    type Error = CellError;

    fn try_from(text: String) -> Result<Self, CellError> {
        text.parse()
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> String {
        cell.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written_alike() {
        let name = "tokio-current/hyper/native-tls/keep-alive";
        assert_eq!(name.parse::<Cell>().map(|cell| cell.to_string()), Ok(name.to_owned()));
    }

    #[test]
    fn what_is_no_cell_is_refused() {
        for text in ["", "a/b/c", "a/b/c/new-conn/x", "a//c/new-conn", "A/b/c/new-conn", "a/b/c/new-conn "] {
            assert!(text.parse::<Cell>().is_err(), "{text:?} was read as a cell");
        }
        assert_eq!("a/b/c/sometimes".parse::<Cell>(), Err(CellError::Connection("sometimes".into())));
    }

    #[test]
    fn the_plain_twin_differs_in_tls_alone() {
        let cell: Cell = "threads/ureq/rustls/new-conn".parse().unwrap();
        let twin = cell.plain_twin().unwrap();
        assert_eq!(twin.to_string(), "threads/ureq/plain/new-conn");
        assert_eq!(twin.plain_twin(), None);
    }
}
