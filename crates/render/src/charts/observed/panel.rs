//! What the panels of a pass have in common.

use observation::Doing;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::charts::canvas::Canvas;

/// Lanes in a chart at most.
pub(super) const LANES: usize = 200;

/// What stands on each other in the second panel, from below: requests at work first, so that they are read off the
/// axis.
pub(super) const STACK: [Doing; 4] = [Doing::Waiting, Doing::Transferring, Doing::Handshake, Doing::Standing];

/// A part of the sheet with its coordinates.
pub(super) type Panel<'a> = ChartContext<'a, Canvas, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
