//! In what cells of a section differ on purpose: the kind of connection, or an axis.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::axes::{Axes, Axis};
use crate::cell::{Cell, Connection};

/// In what cells of a section differ on purpose, so that they are compared with one another nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// The kind of connection, compared with `new-conn`.
    Connection,
    /// A place on this axis, compared with its default.
    Axis(&'static Axis),
}

/// A name of nothing that cells can differ in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is nothing that cells can vary in: there are {all}", all = all_names())]
pub struct UnknownVariable(String);

fn all_names() -> String {
    Variable::all().map(Variable::name).collect::<Vec<_>>().join(", ")
}

impl Variable {
    /// All there are.
    pub fn all() -> impl Iterator<Item = Variable> {
        std::iter::once(Variable::Connection).chain(Axes::ALL.iter().map(Variable::Axis))
    }

    /// The name in scenarios and results.
    pub fn name(self) -> &'static str {
        match self {
            Variable::Connection => "connection",
            Variable::Axis(axis) => axis.name,
        }
    }

    /// The cell that `cell` is compared with where this varies: itself with the usual value. `None` where it has that.
    pub fn base_of(self, cell: &Cell) -> Option<Cell> {
        let base = match self {
            Variable::Connection => Cell { connection: Connection::NewConn, ..cell.clone() },
            Variable::Axis(axis) => cell.at(cell.axes.with(axis, &Axes::default())),
        };
        (base != *cell).then_some(base)
    }

    fn what(self) -> &'static str {
        match self {
            Variable::Connection => "The kind of connection, compared with `new-conn`.",
            Variable::Axis(axis) => axis.what,
        }
    }
}

impl FromStr for Variable {
    type Err = UnknownVariable;

    fn from_str(name: &str) -> Result<Variable, UnknownVariable> {
        Variable::all().find(|variable| variable.name() == name).ok_or_else(|| UnknownVariable(name.to_owned()))
    }
}

impl Serialize for Variable {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Variable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Variable, D::Error> {
        let name = Cow::<'de, str>::deserialize(from)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Variable {
    fn schema_name() -> Cow<'static, str> {
        "Variable".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = |variable: Variable| {
            let (name, what) = (variable.name(), variable.what());
            json_schema!({ "type": "string", "const": name, "description": what })
        };
        json_schema!({
            "description": "In what cells of a section differ on purpose, so that they are compared with one another \
                            nevertheless.",
            "oneOf": Variable::all().map(one).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_as_it_is_written() {
        for variable in Variable::all() {
            let written = serde_json::to_string(&variable).unwrap();
            assert_eq!(written, format!("{:?}", variable.name()));
            assert_eq!(serde_json::from_str::<Variable>(&written).unwrap(), variable);
        }
        let error = serde_json::from_str::<Variable>("\"speed\"").unwrap_err().to_string();
        assert!(error.contains("\"speed\"") && error.contains("there are connection, tls-version, "), "{error}");
    }

    #[test]
    fn a_cell_is_held_against_its_usual_self() {
        let cell: Cell = "m/c/rustls/resumed@group=p256,rtt=10".parse().unwrap();
        let base = |name: &str| name.parse::<Variable>().unwrap().base_of(&cell).map(|cell| cell.to_string());
        assert_eq!(base("group").as_deref(), Some("m/c/rustls/resumed@rtt=10"));
        assert_eq!(base("connection").as_deref(), Some("m/c/rustls/new-conn@group=p256,rtt=10"));
        assert_eq!(base("cert"), None);
    }
}
