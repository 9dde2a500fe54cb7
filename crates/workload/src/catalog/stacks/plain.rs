//! No TLS: the baseline for the other stacks.

use crate::Cell;
use crate::catalog::stack::{Backend, Rgb, Stack};

/// The entry.
pub static STACK: Stack = Stack {
    name: Cell::PLAIN,
    core: true,
    library: None,
    lacks: &[],
    stock: Some(Backend::None),
    in_memory: None,
    symbols: &[],
    groups_from_environment: false,
    colour: Rgb(0x5a, 0x58, 0x54),
};
