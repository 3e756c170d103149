//! The program as operators and newcomers run it: killed, restarted, walked through by its README.

mod crash;
mod limits;
mod load;
mod postfix;
mod readme;
