//! Definitions that the panels of a chart share.

use observation::Doing;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::charts::canvas::Canvas;

/// The most lanes in a chart.
pub(super) const LANES: usize = 200;

/// The states that are stacked in the second panel, from below. Requests come first, so that their number can be read
/// off the axis.
pub(super) const STACK: [Doing; 4] = [Doing::Waiting, Doing::Transferring, Doing::Handshake, Doing::Standing];

/// A panel of the chart with its coordinates.
pub(super) type Panel<'a> = ChartContext<'a, Canvas, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
