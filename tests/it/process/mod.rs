//! The program as operators and newcomers run it: killed, restarted, walked through by its README.

mod crash;
mod postfix;
mod readme;
