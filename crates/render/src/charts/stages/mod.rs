//! The talk's pictures: lanes of every stage, the matrix of stages by how the client reads, and times against n.

pub(crate) mod lanes;
pub(crate) mod matrix;
pub(crate) mod times;
