//! Values on their way into Java and out of it.
