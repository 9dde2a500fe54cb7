//! The table of one section: a row for each cell. This file holds the data and answers questions about
//! it; [`summarize`](crate::summarize) makes it.

use serde::Serialize;
use workload::{Cell, Connection, Workload};

use crate::figure::Figure;
use crate::row::{Figures, Row};

/// One section's table.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The section's name.
    pub section: String,
    /// The workload of each trial.
    pub workload: Workload,
    /// Rounds that were planned.
    pub rounds: u32,
    /// One row per cell, in the order of the section.
    pub rows: Vec<Row>,
    /// One row per floor: other rows are compared with them, and they are ranked with none. For a handshake in memory
    /// and for primitives, only the client's CPU is meaningful.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<Row>,
    /// Cells that differ in one parameter on purpose, compared with the same cells at its default.
    pub varied: Vec<AxisDelta>,
}

/// One cell compared with another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisDelta {
    /// The cell.
    pub cell: Cell,
    /// The cell that it is compared with.
    pub base: Cell,
    /// Client CPU added, µs per request.
    pub client_added_us: Figure,
    /// Client CPU ÷ that of the base.
    pub client_ratio: Figure,
    /// Origin CPU added, µs per request; absent if the origin's cost is not known.
    pub origin_added_us: Option<Figure>,
    /// Origin CPU ÷ that of the base.
    pub origin_ratio: Option<Figure>,
}

impl Summary {
    /// Every row, the floors last.
    pub fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().chain(&self.floors)
    }

    /// Whether any of its rows has figures.
    pub fn has_figures(&self) -> bool {
        self.rows.iter().any(|row| row.figures.is_some())
    }

    /// The TLS stacks of its cells, without duplicates, in the order of the table.
    pub fn stacks(&self) -> Vec<&str> {
        let mut stacks = Vec::new();
        for row in &self.rows {
            if !stacks.contains(&row.cell.tls.as_str()) {
                stacks.push(row.cell.tls.as_str());
            }
        }
        stacks
    }

    /// Whether all its cells use the same kind of connection and handshake, apart from those without TLS.
    pub fn is_uniform(&self) -> bool {
        let mut kinds = self.rows.iter().map(|row| row.cell.connection);
        let one_kind = kinds.next().is_none_or(|first| kinds.all(|kind| kind == first));
        one_kind && self.rows.iter().all(|row| row.cell.axes.is_default())
    }

    /// Whether the origin delays every response.
    pub fn waits(&self) -> bool {
        self.workload.path.delay_seconds() > 0.0
    }

    /// Whether its cells differ by how long they take: the origin makes them wait, and neither a rate nor a duration
    /// says how long that is.
    pub fn is_told_by_time(&self) -> bool {
        self.waits() && !self.workload.is_timed()
    }

    /// The row of a cell, if it was run.
    pub fn row(&self, cell: &Cell) -> Option<&Row> {
        self.rows.iter().find(|row| row.cell == *cell)
    }

    /// The figures of `model/client/tls/connection`, if they count.
    pub fn figures(&self, model: &str, client: &str, tls: &str, connection: Connection) -> Option<&Figures> {
        self.row(&Cell::new(model, client, tls, connection))?.figures.as_ref()
    }
}
