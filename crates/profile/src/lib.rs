//! Where the time goes: stacks sampled from a process, named, counted, and drawn.
//!
//! What a stack's time is charged to is the bill's question; who starts the process and when it works is the harness's.

pub mod stack;
