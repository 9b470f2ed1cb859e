//! x
pub mod data;
pub mod senml;
