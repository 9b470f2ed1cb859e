//! Data: columns, which Java keeps.
