//! The name of a cell: `model/client/tls/connection[@axis=value,…]`.
//!
//! The grammar checks the form and the connection kind. It does not know which models, clients and TLS stacks exist, so
//! that adding one changes nothing in this file.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::axes_text::names;
use crate::{Axes, AxisError};

/// A cell, written `model/client/tls/connection`, followed by `@axis=value,…` if its handshake differs from the
/// default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cell {
    /// How requests run concurrently, e.g. `tokio-current`.
    pub model: String,
    /// The HTTP client, e.g. `hyper`.
    pub client: String,
    /// The TLS stack, e.g. `rustls`; `plain` for none.
    pub tls: String,
    /// What happens to a connection after a request.
    pub connection: Connection,
    /// The parameters of its handshake.
    pub axes: Axes,
}

/// What happens to a connection after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Connection {
    /// A connection, and over TLS a full handshake, per request.
    NewConn,
    /// A connection per request, its TLS session resumed from the one before in the same slot.
    Resumed,
    /// One connection per slot, opened before the measurement and kept throughout.
    KeepAlive,
    /// This many requests on a connection of the slot's, then a new one.
    KeepAliveFor(NonZeroU32),
    /// A client object per request, which with TLS parses the trust store each time and opens a new connection.
    NewClient,
    /// Whatever a program does, which cannot be configured: only cells of such programs have it.
    Own,
}

impl Connection {
    /// The kinds of the matrix, in the order in which tables list them.
    pub const MATRIX: [Connection; 2] = [Connection::NewConn, Connection::KeepAlive];

    /// Every kind that a model can be configured for and that has no number in it.
    pub const NAMED: [Connection; 4] =
        [Connection::NewConn, Connection::Resumed, Connection::KeepAlive, Connection::NewClient];

    /// The name in a cell.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Connection::NewConn => "new-conn",
            Connection::Resumed => "resumed",
            Connection::KeepAlive => "keep-alive",
            Connection::KeepAliveFor(requests) => return Cow::Owned(format!("keep-alive:{requests}")),
            Connection::NewClient => "new-client",
            Connection::Own => "own",
        })
    }

    /// Whether every request has a connection of its own.
    pub fn is_new(self) -> bool {
        matches!(self, Connection::NewConn | Connection::Resumed | Connection::NewClient)
    }

    /// How many requests share a connection: 1, K, or `None` for an unlimited number.
    pub fn requests_each(self) -> Option<NonZeroU32> {
        match self {
            Connection::NewConn | Connection::Resumed | Connection::NewClient => Some(NonZeroU32::MIN),
            Connection::KeepAliveFor(requests) => Some(requests),
            Connection::KeepAlive | Connection::Own => None,
        }
    }
}

impl Cell {
    /// The TLS name of cells that use none.
    pub const PLAIN: &'static str = "plain";

    /// A cell at the default of every axis.
    pub fn new(
        model: impl Into<String>,
        client: impl Into<String>,
        tls: impl Into<String>,
        connection: Connection,
    ) -> Cell {
        Cell { model: model.into(), client: client.into(), tls: tls.into(), connection, axes: Axes::default() }
    }

    /// Whether this cell fetches over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls != Cell::PLAIN
    }

    /// The cell that differs from this one only in having no TLS: the baseline of the TLS tax. `None` for a plain cell.
    /// Without TLS there is nothing to resume: the twin of a resumed cell opens new connections.
    pub fn plain_twin(&self) -> Option<Cell> {
        let connection = if self.connection == Connection::Resumed { Connection::NewConn } else { self.connection };
        self.is_tls().then(|| Cell {
            tls: Cell::PLAIN.to_owned(),
            connection,
            axes: self.axes.without_tls(),
            ..self.clone()
        })
    }

    /// The parts of the name before the axes, with which the words of a selection are compared.
    pub fn components(&self) -> [Cow<'_, str>; 4] {
        [(&self.model).into(), (&self.client).into(), (&self.tls).into(), self.connection.name()]
    }

    /// The same cell at the default of every axis.
    pub fn base(&self) -> Cell {
        self.at(Axes::default())
    }

    /// The same cell with other values of its axes. A plain cell only keeps those that need no TLS.
    pub fn at(&self, axes: Axes) -> Cell {
        let axes = if self.is_tls() { axes } else { axes.without_tls() };
        Cell { axes, ..self.clone() }
    }
}

impl JsonSchema for Cell {
    fn schema_name() -> Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A point of the matrix, `model/client/tls/connection`, with `@axis=value,…` behind it where \
                            its handshake is another than the usual one.",
            "pattern": "^([a-z0-9-]+/){3}(new-conn|resumed|keep-alive(:[1-9][0-9]*)?|new-client|own)(@[a-z-]+=[a-z0-9.-]+(,[a-z-]+=[a-z0-9.-]+)*)?$",
        })
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Through `pad`, so that a width given by the caller applies to the whole name.
        let name = self.components().join("/");
        match self.axes.is_default() {
            true => f.pad(&name),
            false => f.pad(&format!("{name}@{}", self.axes)),
        }
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
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
    /// The last part is not a kind of connection.
    #[error(
        "{0:?} is not a connection kind: there are new-conn, resumed, keep-alive, keep-alive:K (K requests each) and \
         new-client"
    )]
    Connection(String),
    /// The text after the `@` is invalid.
    #[error("in {cell:?}: {reason}")]
    Axes {
        /// The whole text.
        cell: String,
        /// The reason.
        reason: AxisError,
    },
    /// A plain cell with an axis of TLS.
    #[error("{0:?} has no TLS: only {left} can be varied there", left = names(|axis| !axis.needs_tls))]
    NoTls(String),
}

impl FromStr for Connection {
    type Err = CellError;

    fn from_str(text: &str) -> Result<Self, CellError> {
        let known = Connection::NAMED.into_iter().chain([Connection::Own]).find(|kind| kind.name() == text);
        let numbered = || text.strip_prefix("keep-alive:")?.parse().ok().map(Connection::KeepAliveFor);
        known.or_else(numbered).ok_or_else(|| CellError::Connection(text.to_owned()))
    }
}

impl FromStr for Cell {
    type Err = CellError;

    fn from_str(text: &str) -> Result<Self, CellError> {
        let (name, axes) = match text.split_once('@') {
            Some((name, axes)) => {
                (name, axes.parse().map_err(|reason| CellError::Axes { cell: text.to_owned(), reason })?)
            }
            None => (text, Axes::default()),
        };
        let parts: Vec<&str> = name.split('/').collect();
        let [model, client, tls, connection] = parts[..] else { return Err(CellError::Shape(text.to_owned())) };
        if ![model, client, tls].into_iter().all(is_name) || connection.is_empty() {
            return Err(CellError::Shape(text.to_owned()));
        }
        let cell = Cell {
            model: model.to_owned(),
            client: client.to_owned(),
            tls: tls.to_owned(),
            connection: connection.parse()?,
            axes,
        };
        match cell.at(axes) == cell {
            true => Ok(cell),
            false => Err(CellError::NoTls(text.to_owned())),
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
        for text in ["", "a/b/c", "a/b/c/new-conn/x", "a//c/new-conn", "A/b/c/new-conn", "a/b/c/new-conn ", "a/b/c/"] {
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

    #[test]
    fn a_place_on_the_axes_stands_behind_the_name() {
        let cell: Cell = "m/c/rustls/resumed@tls-version=1.2,rtt=10".parse().unwrap();
        assert_eq!(cell.to_string(), "m/c/rustls/resumed@tls-version=1.2,rtt=10");
        assert_eq!(cell.base().to_string(), "m/c/rustls/resumed");
        assert_eq!(cell.plain_twin().unwrap().to_string(), "m/c/plain/new-conn@rtt=10");
        assert_eq!("m/c/rustls/new-conn@group=x25519".parse::<Cell>().unwrap().to_string(), "m/c/rustls/new-conn");
    }

    #[test]
    fn what_is_no_place_on_the_axes_is_refused() {
        let said = |text: &str| text.parse::<Cell>().unwrap_err().to_string();
        assert!(said("m/c/rustls/new-conn@").contains("axis=value"));
        assert!(said("m/c/rustls/new-conn@group=none").contains("no value of group"));
        assert!(said("m/c/plain/new-conn@group=p256").contains("has no TLS"));
    }

    #[test]
    fn a_kept_connection_may_have_its_number_of_requests() {
        let cell: Cell = "m/c/rustls/keep-alive:100".parse().unwrap();
        assert_eq!(cell.connection.requests_each().map(NonZeroU32::get), Some(100));
        assert_eq!(cell.to_string(), "m/c/rustls/keep-alive:100");
        for text in ["keep-alive:0", "keep-alive:", "keep-alive:x", "keep-alive:-1"] {
            assert!(text.parse::<Connection>().is_err(), "{text}");
        }
    }
}
