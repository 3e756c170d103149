//! What `persistence` promises that no request shows by itself, on both engines.

mod transactions;
