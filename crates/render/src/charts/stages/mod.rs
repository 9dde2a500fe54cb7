//! The talk's pictures: lanes of every stage, the matrix of stages by how the client reads, and times against n.

pub mod lanes;
pub mod matrix;
pub mod times;
